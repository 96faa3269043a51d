from . import agency_part
from . import splitting
