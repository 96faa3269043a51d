from .wire import *
from . import test_kivra
from . import test_real_kivra
