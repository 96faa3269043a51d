from .wire import *
from . import test_matching, test_mirror, test_reports, test_speed
