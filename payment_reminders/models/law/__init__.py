from . import law_row
from . import reference
from . import rate
from . import jurisdiction_fee
from . import jurisdiction_margin
from . import jurisdiction_compensation
from . import jurisdiction
