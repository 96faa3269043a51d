from .wire import *
from . import test_guide
from . import test_handover
from . import test_leaving
