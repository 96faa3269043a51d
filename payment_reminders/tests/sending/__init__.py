from . import test_addressee
from . import test_channels
from . import test_brake
from . import test_bounce
from . import test_mail_look
from . import test_kept
from . import test_read_ahead
from . import test_new_channel
