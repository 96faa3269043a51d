from . import test_case_file
from . import test_certificate
from . import test_erasure
from . import test_nightly_check
from . import test_replay
from . import test_trail
from . import test_trail_check
