from odoo import http
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.http import request

from odoo.addons.payment.controllers.portal import PaymentPortal

from ...tools.ids import MAX_ID
from .access import ReminderAccess, page_route, parse_amount

#: More is owed by nobody, and can be computed with.
MAX_AMOUNT = 1e15
FLOWS = ("direct", "redirect", "token")


class ReminderPayment(ReminderAccess, PaymentPortal):
    """Paying online what a case asks for, all of it or a part, as Odoo pays."""

    @page_route("/<reminder_number:case_id>/pay")
    def portal_reminder_pay(
        self, case_id, access_token=None, item=None, amount=None, **_kwargs
    ):
        """Show Odoo's form of payment for an amount of the customer's choice.

        :param item: id of one due item; default: everything that is open
        :param amount: how much of it; default: what is asked for now
        """
        case = self._open_reminder_case(case_id, access_token)
        if not case:
            return self._refuse_reminder_visit(case_id, access_token)
        if case.is_elsewhere:
            return request.redirect(self._get_landing_route(case))
        item = self._find_page_item(case, item)
        limit = case._get_page_due(item)
        asked = limit if item else (case.amount_claim or limit)
        wanted = parse_amount(case, amount) if amount else asked
        is_wrong = not self._is_payable(case, wanted, limit)
        values = self._get_reminder_values(
            case,
            access_token,
            item=item,
            limit=limit,
            is_wrong=is_wrong and bool(amount),
        )
        wanted = asked if is_wrong else case.currency_id.round(wanted)
        values.update(self._prepare_payment_form(case, item, wanted))
        return self._show_page("portal_reminder_pay", **values)

    def _find_page_item(self, case, number):
        """Return the open due item of the case with this id (text), or none."""
        return case._get_page_items().filtered(lambda i: str(i.id) == str(number))[:1]

    def _is_payable(self, case, amount, limit):
        """Tell whether an amount that a visitor sent can be paid here."""
        return (
            is_number(amount)
            # Money that comes here would not reach the program that keeps the books.
            and not case.is_elsewhere
            # Neither "not a number" nor one without end is between these.
            and 0 < amount < MAX_AMOUNT
            and case.currency_id.compare_amounts(amount, 0) > 0
            and case.currency_id.compare_amounts(amount, limit) <= 0
        )

    def _get_payer(self, case):
        # Whoever is logged in owns the payment tokens that are made or used.
        user = request.env.user
        return case.partner_id if user._is_public() else user.partner_id

    def _prepare_payment_form(self, case, item, amount):
        """Return the values of Odoo's form of payment."""
        payer, company = self._get_payer(case), case.company_id
        # sudo: providers and tokens are not to be read by visitors; the form shows
        # of them what Odoo's own pages show
        providers = (
            request.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                company.id, payer.id, amount, currency_id=case.currency_id.id
            )
        )
        methods = (
            request.env["payment.method"]
            .sudo()
            ._get_compatible_payment_methods(
                providers.ids, payer.id, currency_id=case.currency_id.id
            )
        )
        token = case._portal_ensure_token()
        route = f"/my/reminders/{case.id}/transaction"
        return {
            "res_company": company,
            "amount": amount,
            "partner_id": payer.id,
            "providers_sudo": providers,
            "payment_methods_sudo": methods,
            "tokens_sudo": request.env["payment.token"]
            .sudo()
            ._get_available_tokens(providers.ids, payer.id),
            "availability_report": {},
            "show_tokenize_input_mapping": self._compute_show_tokenize_input_mapping(
                providers
            ),
            "transaction_route": f"{route}/{item.id}" if item else route,
            "landing_route": self._get_landing_route(case),
            "payment_access_token": token,
        }

    def _get_landing_route(self, case):
        token = case._portal_ensure_token()
        return f"/my/reminders/{case.id}?access_token={token}"

    @http.route(
        [
            "/my/reminders/<reminder_number:case_id>/transaction",
            "/my/reminders/<reminder_number:case_id>/transaction/<reminder_number:item_id>",
        ],
        type="jsonrpc",
        auth="public",
    )
    def portal_reminder_transaction(
        self, case_id, access_token=None, item_id=None, amount=None, **kwargs
    ):
        """Start an online payment; what may be paid is decided here, not on the page.

        :return: the values with which Odoo's form goes on
        :raise ValidationError: when the link opens nothing, or nothing of it is open
        """
        case = self._open_reminder_case(case_id, access_token, "pay")
        item = case and item_id and self._find_page_item(case, item_id)
        if not case or (item_id and not item):
            raise ValidationError(request.env._("This link does not work any more."))
        if not self._is_payable(case, amount, case._get_page_due(item or None)):
            raise ValidationError(
                request.env._("This amount is not open any more. Reload the page.")
            )
        self._validate_transaction_kwargs(kwargs)
        self._check_choices(kwargs)
        payer = self._get_payer(case)
        self._check_provider(case, payer, amount, kwargs.get("provider_id"))
        moves, costs = case._divide_online_payment(amount, item or None)
        kwargs.update(
            {
                "amount": case.currency_id.round(amount),
                "currency_id": case.currency_id.id,
                "partner_id": payer.id,
                "landing_route": self._get_landing_route(case),
                "is_validation": False,
                "reference_prefix": None if moves else case.name,
            }
        )
        transaction = self._create_transaction(
            custom_create_values={
                "invoice_ids": [Command.set(moves.ids)],
                "reminder_case_id": case.id,
                "reminder_costs": costs,
            },
            **kwargs,
        )
        return transaction._get_processing_values()

    def _check_choices(self, chosen):
        """Refuse what Odoo's form never sends: other kinds of values."""
        ids = [
            chosen.setdefault(name, None)
            for name in ("provider_id", "payment_method_id", "token_id")
        ]
        saved = chosen.setdefault("tokenization_requested", False)
        flow = chosen.setdefault("flow", None)
        is_known = (
            all(
                number is None or (type(number) is int and 0 < number <= MAX_ID)
                for number in ids
            )
            and isinstance(saved, bool)
            and isinstance(flow, str)
            and flow in FLOWS
        )
        # sudo: whether there is one, nothing of it
        method = request.env["payment.method"].sudo()
        if not is_known or (flow != "token" and not method.browse(ids[1]).exists()):
            raise ValidationError(
                request.env._("This way of paying is not offered here.")
            )

    def _check_provider(self, case, payer, amount, provider_id):
        """Refuse a provider that the form would not have offered."""
        providers = (
            request.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                case.company_id.id, payer.id, amount, currency_id=case.currency_id.id
            )
        )
        if provider_id not in providers.ids:
            raise ValidationError(
                request.env._("This way of paying is not offered here.")
            )


def is_number(value):
    """Tell whether a visitor sent a number: true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
