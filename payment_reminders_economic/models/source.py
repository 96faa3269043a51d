"""Reads e-conomic: every hour wholly, and each invoice again before a notice leaves."""

import base64
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import split_every

from odoo.addons.payment_reminders.http import Outcome
from odoo.addons.payment_reminders.tools import transactions

from ..wire.client import NUMBERS

_logger = logging.getLogger(__name__)

#: So many invoices of a notice are asked one by one; of more, all of the customer.
ONE_BY_ONE = 50
#: So many that were not seen any more are asked for in one pass; the rest next time.
MISSING_A_PASS = 200
#: What is waited after "too many questions", doubled each time, at most so often.
PAUSE, MOST_STRIKES = 60, 6
#: Hours of the day (company's own) in which it is read.
HOURS = range(6, 19)


class Trouble(Exception):
    """A pass ends here; ``result`` says why."""

    def __init__(self, result):
        super().__init__(result.reason)
        self.result = result


class PaymentReminderSourceEconomic(models.AbstractModel):
    """Invoices that e-conomic keeps. It is only ever asked, never told."""

    _name = "payment.reminder.source.economic"
    _inherit = "payment.reminder.mirror.source"
    _description = "Invoices of e-conomic"

    # -- for the core -----------------------------------------------------------

    @api.model
    def _get_age_limit(self, company, is_leaving):
        if is_leaving:
            return company.economic_age_limit
        return super()._get_age_limit(company, is_leaving)

    @api.model
    def _freshen(self, items):
        """Ask for the invoices of these again, outside of all locks, and commit."""
        for company, own in items.grouped("company_id").items():
            wait = company.economic_wait_until
            if not company._has_economic() or (wait and wait > fields.Datetime.now()):
                continue
            client = company._make_economic()
            try:
                self._ask(company, own, client)
            except Trouble as trouble:
                self._note_trouble(company, trouble.result)
            self._note_calls(company, client)

    @api.model
    def _ask(self, company, items, client):
        # One of another agreement cannot be asked here: it stays as old as it is.
        invoices = self._get_invoices(items).filtered(
            lambda one: one.agreement == (company.economic_agreement or "-")
        )
        if len(invoices) > ONE_BY_ONE:
            seen = set()
            for number in invoices.customer_id.mapped("number"):
                self._read_unpaid(company, client, seen, number)
            invoices = invoices.filtered(lambda one: one.number not in seen)
        self._ask_each(company, client, invoices[:ONE_BY_ONE])

    @api.model
    def _ask_each(self, company, client, invoices):
        """Ask how each of these stands, then write it down, in few queries."""
        told, lost, trouble = [], [], None
        for invoice in invoices:
            answer = client.read_invoice(invoice.number)
            if answer.outcome == Outcome.NOT_FOUND:
                lost.append(invoice.id)
            elif answer.is_ok:
                told.append(answer.value)
            else:
                # What was told before it holds all the same.
                trouble = Trouble(answer)
                break
        if told:
            self._run(company, lambda own, there: own._store(there, told))
        if lost:
            self._run(company, lambda own, _company: own._lose(lost))
        if trouble:
            raise trouble

    @api.model
    def _get_documents(self, items):
        """The PDF is asked for once, and kept with the mirror."""
        invoices = self._get_invoices(items)
        for invoice in invoices.filtered(lambda one: not one.pdf_id):
            company = invoice.company_id
            if company._has_economic():
                told = company._make_economic().read_pdf(invoice.number)
                if told.is_ok:
                    invoice.pdf_id = self.env["ir.attachment"].create(
                        {
                            "name": f"{invoice.number}.pdf",
                            "datas": base64.b64encode(told.value),
                            "mimetype": "application/pdf",
                            "res_model": invoice._name,
                            "res_id": invoice.id,
                        }
                    )
        return invoices.pdf_id

    # -- a whole pass -----------------------------------------------------------------

    @api.model
    def _cron_read(self):
        """Read what is open at every agreement that is connected."""
        for company in self.env["res.company"].search([("economic_mode", "!=", "off")]):
            since = fields.Datetime.now() - company._get_reminder_day_start()
            if since.total_seconds() // 3600 in HOURS:
                self._read_all(company)

    @api.model
    def _read_all(self, company):
        """Read all that is open at the agreement of a company, page by page.

        Nothing is taken as paid because a list does not name it: each such invoice is
        asked for itself.
        """
        now = fields.Datetime.now()
        if not company._has_economic():
            return
        if company.economic_wait_until and company.economic_wait_until > now:
            return
        client = company._make_economic()
        transactions.commit(self.env)
        try:
            self._check_owner(company, client)
            self._read_customers(company, client)
            seen = set()
            self._read_unpaid(company, client, seen)
            self._ask_for_missing(company, client, seen)
            problem = self._read_entries(company, client)
        except Trouble as trouble:
            self._note_trouble(company, trouble.result)
        else:
            self._run(
                company,
                lambda _own, there: there.sudo().write(
                    {
                        "economic_good_at": now,
                        "economic_problem": problem,
                        "economic_strikes": 0,
                        "economic_wait_until": False,
                    }
                ),
            )
        self._note_calls(company, client)

    @api.model
    def _check_owner(self, company, client):
        """Ask once a day whether the agreement is still that of this company."""
        good = company.economic_good_at
        if good and good.date() == fields.Date.today():
            return
        told = client.read_self()
        if not told.is_ok:
            raise Trouble(told)
        self._run(
            company,
            lambda _own, there: there.sudo().write(
                {
                    "economic_agreement": told.value["agreement"],
                    "economic_name": told.value["name"],
                }
            ),
        )

    @api.model
    def _read_customers(self, company, client):
        """Read the customers that were changed since the last time."""
        since, newest, link = company.economic_customers_at or "", "", None
        newest = since
        while True:
            told = client.read_customers(link, since)
            if not told.is_ok:
                raise Trouble(told)
            rows = told.value.rows
            newest = max([newest, *(row["updated_at"] for row in rows)])
            self._run(
                company, lambda own, there, rows=rows: own._store_customers(there, rows)
            )
            link = told.value.link
            if not link:
                break
        self._run(
            company,
            lambda _own, there: there.sudo().write({"economic_customers_at": newest}),
        )

    @api.model
    def _read_unpaid(self, company, client, seen, customer=""):
        """Read the list of what is open, page by page.

        A page on which a number comes again, or that is shorter than it should be, was
        shifted by a payment meanwhile: it is read once more.

        :param seen: numbers, to which those that are read are added
        """
        link, again = None, False
        while True:
            told = client.read_unpaid(link, customer)
            if not told.is_ok:
                raise Trouble(told)
            page = told.value
            numbers = {row.number for row in page.rows}
            is_shifted = page.is_short or numbers & seen
            if is_shifted and not again:
                again = True
                told = client.read_unpaid(link, customer)
                if not told.is_ok:
                    raise Trouble(told)
                page = told.value
                numbers = {row.number for row in page.rows}
            again = False
            seen |= numbers
            self._run(
                company, lambda own, there, rows=page.rows: own._store(there, rows)
            )
            if not page.link:
                return
            link = page.link

    @api.model
    def _ask_for_missing(self, company, client, seen):
        """Ask for each that was open and is not on the list: paid, moved or gone."""
        Invoice = self.env["payment.reminder.mirror.invoice"].sudo()
        missing = Invoice.search(
            [
                ("company_id", "=", company.id),
                ("source", "=", "economic"),
                ("agreement", "=", company.economic_agreement or "-"),
                ("state", "=", "open"),
                ("number", "not in", list(seen)),
            ],
            order="checked_at, id",
            limit=MISSING_A_PASS,
        )
        self._ask_each(company, client, missing)

    @api.model
    def _read_entries(self, company, client):
        """Read the days of part payments, where some are not known yet.

        :return: why not, or an empty text: without them less interest is claimed
        """
        if not company.economic_entries:
            return ""
        Invoice = self.env["payment.reminder.mirror.invoice"].sudo()
        partly_paid = Invoice.search(
            [
                ("company_id", "=", company.id),
                ("source", "=", "economic"),
                ("agreement", "=", company.economic_agreement or "-"),
                ("state", "=", "open"),
                ("kind", "=", "invoice"),
            ]
        ).filtered(lambda one: one._lacks_days())
        for some in split_every(NUMBERS, partly_paid.ids, Invoice.browse):
            told = client.read_entries(some.mapped("number"))
            if not told.is_ok:
                return self.env._(
                    "The days of part payments were not told (%s): interest runs on "
                    "what is open now alone.",
                    told.reason or told.outcome,
                )
            self._run(
                company,
                lambda own, _there, ids=some.ids, told=told: own._store_entries(
                    ids, told.value
                ),
            )
        return ""

    # -- writing down what was told ---------------------------------------------

    @api.model
    def _run(self, company, work):
        """Do ``work(source, company)`` in a transaction of its own."""
        transactions.run(
            self.env,
            lambda env: work(self.with_env(env).sudo(), company.with_env(env)),
        )
        transactions.commit(self.env)
        self.env.invalidate_all()

    @api.model
    def _store(self, company, rows):
        """Take over invoices, and let their cases follow."""
        Invoice = self.env["payment.reminder.mirror.invoice"].sudo()
        changed = Invoice._take_over(
            company,
            "economic",
            company.economic_agreement or "-",
            [self._prepare_told(row) for row in rows],
        )
        changed._follow()
        return True

    @api.model
    def _prepare_told(self, row):
        return {
            "number": row.number,
            "customer": row.customer or None,
            "kind": "credit_note" if row.is_credit else "invoice",
            "date": row.day or False,
            "date_due": row.date_due or False,
            "currency": row.currency,
            "amount_total": row.total,
            "amount_residual": row.remainder,
            "terms_type": row.terms or False,
            "reference": row.reference or False,
        }

    @api.model
    def _store_customers(self, company, rows):
        Customer = self.env["payment.reminder.mirror.customer"].sudo()
        told = {row["number"]: {**row} for row in rows}
        for one in told.values():
            one.pop("number")
        Customer._match(company, "economic", company.economic_agreement or "-", told)
        return True

    @api.model
    def _store_entries(self, invoice_ids, entries):
        """Take over what was paid on invoices; what is in another currency is left."""
        Invoice = self.env["payment.reminder.mirror.invoice"].sudo()
        invoices = Invoice.browse(invoice_ids).exists()
        told = {}
        for invoice in invoices:
            told[invoice] = {
                entry.number: (entry.day, entry.amount)
                for entry in entries
                if entry.invoice == invoice.number
                and entry.currency == invoice.currency_id.name
            }
        invoices._set_payments(told)
        return True

    @api.model
    def _lose(self, invoice_ids):
        """Note that invoices are not there any more: a person looks."""
        invoices = self.env["payment.reminder.mirror.invoice"].sudo()
        gone = invoices.browse(invoice_ids).filtered(lambda one: one.state != "gone")
        if gone:
            gone._vanish("gone")
            gone._follow()
        return True

    @api.model
    def _note_calls(self, company, client):
        self._run(
            company,
            lambda _own, there: there.sudo().write(
                {
                    "economic_calls": client.calls,
                    "economic_calls_day": fields.Date.today(),
                }
            ),
        )

    @api.model
    def _note_trouble(self, company, result):
        """Note why nothing was read; ask again later, and tell a person once."""

        def work(_own, there):
            own = there.sudo()
            problem = own._describe_economic(result)
            vals = {"economic_problem": problem}
            if result.outcome == Outcome.THROTTLED:
                strikes = min(own.economic_strikes + 1, MOST_STRIKES)
                pause = result.pause or PAUSE * 2 ** (strikes - 1)
                vals["economic_strikes"] = strikes
                vals["economic_wait_until"] = fields.Datetime.now() + timedelta(
                    seconds=pause
                )
            is_new = own.economic_problem != problem
            own.write(vals)
            if is_new and result.outcome == Outcome.AUTH:
                own._tell_economic(problem)

        _logger.info("e-conomic, company %s: %s", company.id, result.outcome)
        self._run(company, work)
