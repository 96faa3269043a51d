from .wire import *
from . import test_matching, test_mirror
