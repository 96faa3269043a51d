from decimal import Decimal

from odoo import api, models

from ...tools.decimals import to_decimal


class PaymentReminderLawRow(models.AbstractModel):
    """What the dated rows of the law have in common."""

    _name = "payment.reminder.law.row"
    _description = "Dated Row of the Law"

    @api.model
    def _get_key_fields(self):
        """Return the names of the fields that no two rows share."""
        raise NotImplementedError

    def _load_records_create(self, vals_list):
        # EXTENDS base: a later version of the addon may ship a row that somebody has
        # entered by hand already. That row stays as it is, and the update goes through.
        found = [self._find_same(vals) for vals in vals_list]
        created = iter(
            super()._load_records_create(
                [
                    vals
                    for vals, record in zip(vals_list, found, strict=True)
                    if not record
                ]
            )
        )
        return self.browse((record or next(created)).id for record in found)

    @api.model
    def _find_same(self, vals):
        names = self._get_key_fields()
        defaults = self.default_get([name for name in names if name not in vals])
        values = {**defaults, **vals}
        return self.with_context(active_test=False).search(
            [(name, "=", values.get(name)) for name in names], limit=1
        )

    @api.model
    def _to_decimal(self, value, digits=4):
        """Return a float of the database as the exact number that a person typed."""
        number = to_decimal(value, digits)
        short = number.quantize(Decimal("0.01"))
        return short if short == number else number
