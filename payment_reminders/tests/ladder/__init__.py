from . import test_ladder
from . import test_repeat
from . import test_step_defaults
from . import test_temperament
from . import test_text_check
