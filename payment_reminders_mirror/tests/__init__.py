from .wire import *
from . import test_mirror
