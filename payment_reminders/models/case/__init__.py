from . import case
from . import opening
from . import responsible
from . import following
from . import holding
from . import item
from . import freeze
