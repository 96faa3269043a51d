from . import event
from . import event_head
from . import event_note
from . import checking
from . import details
from . import case_file
from . import erasure
