from . import link
from . import dismiss
