from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.payment_reminders.tools.days import format_day
from odoo.addons.payment_reminders.tools.money import format_code

from ..rules import stopping

#: So many invoices are named in a sentence.
NAMED = 3
MANAGERS = (
    "sales_team.group_sale_manager",
    "payment_reminders.group_reminder_manager",
)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    reminder_warning = fields.Text(
        string="Does not pay",
        compute="_compute_reminder_warning",
        groups="base.group_user",
    )
    reminder_case_id = fields.Many2one(
        "payment.reminder.case",
        string="Case",
        compute="_compute_reminder_warning",
        groups="base.group_user",
        help="Of whom the warning is, for who may see it.",
    )

    # -- what is said ---------------------------------------------------------------

    @api.depends_context("uid", "lang")
    @api.depends("state", "company_id", "partner_id", "partner_invoice_id")
    def _compute_reminder_warning(self):
        quotations = self.filtered(lambda order: order.state in ("draft", "sent"))
        stops = quotations._read_reminder_stops()
        own_cases = self._find_own_cases(stops)
        for order in self:
            found = stops.get(order, [])
            lines = [order._tell_stop(stop) for stop in found]
            if found and order.company_id.reminder_order_policy == "manager":
                lines.append(self.env._("Only a manager can confirm this order."))
            order.reminder_warning = "\n".join(lines)
            order.reminder_case_id = next(
                (
                    case
                    for stop in found
                    for case in own_cases
                    if case.id == stop.case.id
                ),
                False,
            )

    def _read_reminder_stops(self):
        """Read live why these orders are looked at twice.

        The customer is who orders, and who is to pay if that is somebody else; of a
        contact it is the company. Stored nowhere: a payment frees the order at once.

        :return: {order: [:class:`Stop`]}
        """
        asked = self.filtered(
            lambda order: order.company_id.reminder_order_policy != "none"
        )
        found = {}
        for company, orders in asked.grouped("company_id").items():
            # All at once; then each finds its own in the cache.
            stops = self.env["payment.reminder.case"]._read_order_stops(
                orders._get_payers(), company
            )
            customers = {order: order._get_payers() for order in orders}
            for order, own in customers.items():
                told = [stop for one in own for stop in stops.get(one, [])]
                if told and not order._is_reminder_paid():
                    found[order] = told
        return found

    def _get_payers(self):
        """Return the companies that order and pay."""
        partners = self.partner_id._origin | self.partner_invoice_id._origin
        return partners.commercial_partner_id

    def _is_reminder_paid(self):
        """Tell whether all of it was paid in advance: that is no risk."""
        # sudo: whoever sells sees no online payments
        own = self.sudo()
        compared = own.currency_id.compare_amounts(own.amount_paid, own.amount_total)
        return own.amount_total > 0 and compared >= 0

    def _tell_stop(self, stop):
        """Return in one sentence why an order of this customer is looked at twice."""
        invoices = [item.display_name for item in stop.items[:NAMED]]
        if len(stop.items) > NAMED:
            invoices.append("…")
        words = {
            "customer": stop.case.partner_id.name,
            "owed": format_code(self.env, stop.owed, stop.case.currency_id),
            "invoices": ", ".join(invoices),
        }
        if stop.reason == stopping.Reason.FINAL_NOTICE:
            days = stop.case._find_final_days(stop.items)
            return self.env._(
                "%(customer)s got the final notice on %(day)s (%(invoices)s), and owes "
                "%(owed)s that is overdue.",
                day=format_day(self.env, max(days)) if days else "–",
                **words,
            )
        days = [
            part.date_due
            for part in stop.plan.instalment_ids
            if part.date_due < stop.case.company_id._get_reminder_today()
        ]
        return self.env._(
            "%(customer)s broke the promise to pay by %(day)s (%(invoices)s), and owes "
            "%(owed)s that is overdue.",
            day=format_day(self.env, max(days)) if days else "–",
            **words,
        )

    def _find_own_cases(self, stops):
        """Return those of the cases behind these stops that the user may open."""
        cases = self.env["payment.reminder.case"]
        ids = {stop.case.id for found in stops.values() for stop in found}
        if not ids or not cases.has_access("read"):
            return cases
        return cases.search([("id", "in", list(ids))])

    def action_open_reminder_case(self):
        """Open the case of the customer who does not pay."""
        self.ensure_one()
        case = self.reminder_case_id
        if not case:
            raise AccessError(self.env._("There is no case that you may see."))
        return {
            "type": "ir.actions.act_window",
            "res_model": case._name,
            "res_id": case.id,
            "views": [[False, "form"]],
            "target": "current",
        }

    # -- what is stopped ------------------------------------------------------------

    def action_confirm(self):
        # EXTENDS sale: a customer who signs is no manager, nor shall he read why.
        waiting = self.browse()
        if self.env.user.share or self.env.uid == SUPERUSER_ID:
            waiting = self._find_reminder_stopped()
            waiting._ask_reminder_manager()
        rest = self - waiting
        return super(SaleOrder, rest).action_confirm() if rest else True

    def write(self, vals):
        # EXTENDS sale: whichever way an order is confirmed, or becomes that of another
        # customer when it is.
        if vals.get("state") == "sale":
            self.filtered(lambda order: order.state != "sale")._check_reminder_stop()
        result = super().write(vals)
        if not vals.keys().isdisjoint(("partner_id", "partner_invoice_id")):
            confirmed = self.filtered(lambda order: order.state == "sale")
            confirmed._check_reminder_stop()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS sale: whoever brings in a confirmed order has confirmed it.
        orders = super().create(vals_list)
        orders.filtered(lambda order: order.state == "sale")._check_reminder_stop()
        return orders

    def _find_reminder_stopped(self):
        """Return those of these orders that a manager has to confirm."""
        stopped = self.filtered(
            lambda order: order.company_id.reminder_order_policy == "manager"
        )
        return self.browse(order.id for order in stopped._read_reminder_stops())

    def _check_reminder_stop(self):
        """Let only a manager confirm what is stopped, and keep that he did."""
        stopped = self._find_reminder_stopped()
        if not stopped:
            return
        is_manager = any(self.env.user.has_group(group) for group in MANAGERS)
        stops = stopped._read_reminder_stops()
        for order, found in stops.items():
            why = " ".join(order._tell_stop(stop) for stop in found)
            if not is_manager:
                raise UserError(
                    self.env._(
                        "%(why)s Only a manager can confirm %(order)s; a payment frees "
                        "it at once.",
                        why=why,
                        order=order.name,
                    )
                )
            order.sudo()._message_log(
                body=self.env._("Confirmed by a manager all the same: %s", why)
            )

    def _ask_reminder_manager(self):
        """Tell who looks after these orders that a manager has to confirm them."""
        for order, found in self._read_reminder_stops().items():
            # sudo: a customer who signs may not write activities
            own = order.sudo().with_user(SUPERUSER_ID)
            user = order.user_id or order.team_id.user_id or own.env.user
            told = own.with_context(lang=user.lang)
            summary = told.env._("A manager has to confirm this order")
            if any(one.summary == summary for one in own.activity_ids):
                continue
            own.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=summary,
                note=" ".join(told._tell_stop(stop) for stop in found),
            )
