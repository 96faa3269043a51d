# Rooms: each one may extend those above it.
from . import law
from . import ladder
from . import case
from . import notice
from . import books
from . import claim
from . import sending
from . import paper
from . import customer
from . import trail
from . import desk
from . import numbers
from . import agency
from . import registers
from . import handover

# Models of Odoo, each in a file of its own name.
from . import account_bank_statement_line
from . import account_move
from . import account_move_line
from . import account_move_reversal
from . import account_partial_reconcile
from . import account_payment
from . import account_payment_register
from . import base_partner_merge
from . import ir_actions_report
from . import ir_attachment
from . import ir_http
from . import mail_mail
from . import mail_render_mixin
from . import mail_thread
from . import payment_transaction
from . import res_company
from . import res_config_settings
from . import res_partner
from . import res_users
from . import sms_sms
