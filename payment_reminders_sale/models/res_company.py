from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    reminder_order_policy = fields.Selection(
        [
            ("none", "Nothing is said"),
            ("warn", "Whoever writes it is warned"),
            ("manager", "A manager has to confirm it"),
        ],
        string="Orders of customers who do not pay",
        required=True,
        default="warn",
        help="Of who got the final notice, or broke a promise, and still owes it.",
    )
