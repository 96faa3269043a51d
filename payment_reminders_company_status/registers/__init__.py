"""One small class a register, all over one HTTP door. Nothing here knows records."""

from .britain import CompaniesHouse
from .denmark import CvrApi, Virk
from odoo.addons.payment_reminders.http import Door, Outcome
from .finland import Prh
from .norway import Bronnoysund
from .sweden import Bolagsverket

REGISTERS = {
    register.code: register
    for register in (Virk, CvrApi, Bronnoysund, Bolagsverket, Prh, CompaniesHouse)
}
