from .wire import *
from . import test_handover, test_matching, test_mirror, test_reports, test_speed
