from . import sheet
from . import printing
