from . import portal_access
from . import portal
from . import portal_payment
from . import portal_query
from . import portal_plan
from . import desk
from . import case_file
