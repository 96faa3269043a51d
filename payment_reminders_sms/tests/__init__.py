from .wire import *
from . import test_inbound
