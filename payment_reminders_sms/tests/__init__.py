from .wire import *
from . import test_inbound
from . import test_people
