from . import portal
from . import desk
from . import case_file
