from . import guide
from . import hand_over
