from . import reject
