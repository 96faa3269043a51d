from . import access
from . import page
from . import payment
from . import question
from . import plan
