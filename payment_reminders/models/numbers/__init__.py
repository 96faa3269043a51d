from . import stories
from . import simulation
from . import simulation_notice
from . import holdout
