from . import ladder
from . import moving
from . import timeline
from . import step
from . import step_defaults
from . import text_check
