from .wire import *
from . import test_economic
