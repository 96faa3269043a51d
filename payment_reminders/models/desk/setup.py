"""The first run: what has to be set up, what is missing, and when reminders start."""

from contextlib import suppress
from urllib.parse import quote

from odoo import api, fields, models
from odoo.fields import Command
from odoo.http import request
from odoo.tools import config
from odoo.tools.misc import format_date, formatLang

from ...rules import rate_watch
from ...rules.schedule import CALL, NUDGE
from ...tools.money import format_code
from ..books.facts import OTHER_SENDERS

#: What Odoo calls a company that nobody has named.
NAMES_OF_ODOO = ("My Company", "YourCompany", "My Company (San Francisco)")
#: How Odoo is told that a web server stands before it.
PROXY_MANUAL = "https://www.odoo.com/documentation/19.0/administration/on_premise/deploy.html#https"
#: A sentence names so many cases, and how many more there are.
MOST_LISTED = 5
CRONS = ("ir_cron_refresh", "ir_cron_propose", "ir_cron_send", "ir_cron_run")
#: What the invoice that does not exist is of, in the company's currency.
SAMPLE_AMOUNT = 1000.0
#: So many cases are proposed while somebody waits.
MOST_AT_ONCE = 100


class _Tried(Exception):
    """Takes back what was made for a test."""


class PaymentReminderSetup(models.AbstractModel):
    """Tells managers what of the set-up is done and what is missing."""

    _name = "payment.reminder.setup"
    _description = "Payment Reminder Set-up"

    # -- health: what is to be mended ------------------------------------------------

    @api.model
    def _find_problems(self, company, ladder=None):
        """Return what would keep reminders from going out well, each with its fix.

        :param company: res.company, as the machine sees it
        :param ladder: to look at in place of the company's own, before it is chosen
        :return: list of dicts, see :meth:`_make_problem`
        """
        ladder = ladder or company.reminder_ladder_id
        left = set(company.reminder_health_left or ())
        return [
            problem
            for problem in (
                *self._find_books_problems(company),
                *self._find_sender_problems(company, ladder),
                *self._find_company_problems(company),
                *self._find_people_problems(company),
                *self._find_account_problems(company),
                *self._find_rate_problems(company, ladder),
                *self._find_law_problems(company, ladder),
                *self._find_currency_problems(company, ladder),
                *self._find_other_problems(),
            )
            if problem["code"] not in left
        ]

    @api.model
    def _make_problem(self, code, text, *fixes, can_leave=False):
        """Return one thing to mend.

        :param code: of its kind, and of what it is about
        :param fixes: see :meth:`_make_fix`
        :param can_leave: it is advice, which a manager may put aside
        """
        # Two buttons become one where both ask the same administrator.
        once = {fix["label"]: fix for fix in fixes if fix}
        return {
            "code": code,
            "text": text,
            "fixes": list(once.values()),
            "can_leave": can_leave,
        }

    @api.model
    def _make_fix(self, label, model, record=None, *, view=None, context=None):
        """Return the button that opens the form in which something is mended.

        Who may not write there is led to an administrator instead: nothing is a dead
        end.

        :param record: to open; None: a new one
        :param view: XML id of its form; None: the model's own
        """
        # The rights of who asks, not of the machine that looks.
        asked = self.env[model].sudo(False)
        if not asked.has_access("write" if record else "create"):
            return self._make_appeal(label)
        view_id = self.env.ref(view).id if view else False
        return {
            "label": label,
            "action": {
                "type": "ir.actions.act_window",
                "name": label,
                "res_model": model,
                "res_id": record.id if record else False,
                "views": [[view_id, "form"]],
                "target": "new",
                "context": context or {},
            },
        }

    @api.model
    def _make_list_fix(self, label, records):
        """Return the button that opens these records in a list."""
        if not records.sudo(False).has_access("write"):
            return self._make_appeal(label)
        return {
            "label": label,
            "action": {
                "type": "ir.actions.act_window",
                "name": label,
                "res_model": records._name,
                "domain": [("id", "in", records.ids)],
                "views": [[False, "list"], [False, "form"]],
                "context": {"active_test": False},
            },
        }

    @api.model
    def _make_appeal(self, label):
        """Return the link by which an administrator is asked, by e-mail, to mend it."""
        admins = self.env.ref("base.group_system").sudo().all_user_ids
        admin = next(
            (user for user in admins.sorted("id") if user.active and user.email), None
        )
        if not admin:
            return None
        subject = self.env._("Payment reminders: %s", label)
        return {
            "label": self.env._("Ask %s", admin.name),
            "url": f"mailto:{admin.email_normalized}?subject={quote(subject)}",
        }

    @api.model
    def _make_company_fix(self, label, company):
        return self._make_fix(
            label,
            "res.company",
            company,
            view="payment_reminders.res_company_view_form_mend",
        )

    @api.model
    def _find_books_problems(self, company):
        """Yield that no invoice can be made yet."""
        journals = self.env["account.journal"].sudo()
        if journals.search_count(
            [
                *journals._check_company_domain(company),
                ("type", "=", "sale"),
            ],
            limit=1,
        ):
            return
        yield self._make_problem(
            "books",
            self.env._(
                "Your company keeps no books here yet: there is no sales journal, and "
                "so no invoice to remind of. Choose a fiscal localization."
            ),
            {
                "label": self.env._("Choose a Localization"),
                "action": {
                    "type": "ir.actions.act_window",
                    "name": self.env._("Settings"),
                    "res_model": "res.config.settings",
                    "views": [[False, "form"]],
                    "target": "inline",
                    "context": {"module": "account", "bin_size": False},
                },
            }
            if self.env["res.config.settings"].sudo(False).has_access("create")
            else self._make_appeal(self.env._("Choose a Localization")),
        )

    @api.model
    def _find_sender_problems(self, company, ladder):
        """Yield what keeps messages from leaving, and answers from coming back."""
        if company._lacks_mail_server():
            yield self._make_problem(
                "mail_server",
                self.env._(
                    "There is no outgoing mail server: e-mails leave by the settings "
                    "of the machine, if at all."
                ),
                self._make_fix(self.env._("Add a Mail Server"), "ir.mail_server"),
            )
        if not company.email:
            yield self._make_problem(
                "sender",
                self.env._("Your company has no e-mail address to send from."),
                self._make_company_fix(self.env._("Enter the Address"), company),
            )
        if not company.alias_domain_id:
            yield self._make_problem(
                "alias_domain",
                self.env._(
                    "There is no alias domain: answers of customers do not come back "
                    "to their case."
                ),
                self._make_company_fix(self.env._("Enter the Domain"), company),
                can_leave=True,
            )
        channels = {
            channel for step in ladder.step_ids for channel in step._get_channels()
        }
        if "sms" in channels and company._lacks_sms_gateway():
            yield self._make_problem(
                "sms",
                self.env._(
                    "The ladder sends SMS, and no SMS account is registered: whoever "
                    "has a phone number alone is not reached."
                ),
                self._make_sms_fix(),
                can_leave=True,
            )

    @api.model
    def _make_sms_fix(self):
        accounts = self.env["iap.account"].sudo()
        account = accounts.search([("service_name", "=", "sms")], limit=1)
        service = self.env.ref("sms.iap_service_sms", raise_if_not_found=False)
        return self._make_fix(
            self.env._("Register for SMS"),
            "iap.account",
            account or None,
            context={}
            if account or not service
            else {"default_service_id": service.id},
        )

    @api.model
    def _find_company_problems(self, company):
        """Yield what a customer would miss of the company that writes."""
        if not company.country_id:
            yield self._make_problem(
                "country",
                self.env._(
                    "Your company has no country: its law and its holidays are not "
                    "known."
                ),
                self._make_company_fix(self.env._("Choose the Country"), company),
            )
        if company.name in NAMES_OF_ODOO:
            yield self._make_problem(
                "name",
                self.env._(
                    "Your company is still called “%s”: reminders are signed with it.",
                    company.name,
                ),
                self._make_company_fix(self.env._("Enter the Name"), company),
            )
        if company.uses_default_logo:
            yield self._make_problem(
                "logo",
                self.env._("Your company has no logo: letters and the page show none."),
                self._make_company_fix(self.env._("Add a Logo"), company),
                can_leave=True,
            )

    @api.model
    def _find_people_problems(self, company):
        """Yield who has no address, and which cases nobody can answer for."""
        user = self.env.user
        if not user.email:
            yield self._make_problem(
                "own_email",
                self.env._(
                    "You have no e-mail address yourself: no test message reaches you, "
                    "and what customers write may go to nobody."
                ),
                self._make_own_fix(user),
            )
        if not company._find_reminder_manager():
            yield self._make_problem(
                "manager_email",
                self.env._(
                    "No manager of payment reminders has an e-mail address: what "
                    "customers write goes to nobody where a case has no responsible."
                ),
                self._make_list_fix(
                    self.env._("Open the Managers"), company._get_reminder_managers()
                ),
            )
        groups = self.env["payment.reminder.case"]._read_group(
            [
                ("company_id", "=", company.id),
                ("state", "!=", "closed"),
                ("user_id", "!=", False),
            ],
            ["user_id"],
            ["id:recordset"],
        )
        for owner, cases in groups:
            if not company._can_be_answered_by(owner):
                yield self._make_owner_problem(owner, cases)

    @api.model
    def _make_own_fix(self, user):
        """Return the button by which somebody enters their own address."""
        return {
            "label": self.env._("Enter My Address"),
            "action": {
                "type": "ir.actions.act_window",
                "name": self.env._("Enter My Address"),
                "res_model": "res.users",
                "res_id": user.id,
                "views": [
                    [
                        self.env.ref("payment_reminders.res_users_view_form_mend").id,
                        "form",
                    ]
                ],
                "target": "new",
                "context": {},
            },
        }

    @api.model
    def _make_owner_problem(self, owner, cases):
        """Return that a user cannot answer for the cases that were given to them."""
        names = cases.sorted("id").mapped("name")
        listed = ", ".join(names[:MOST_LISTED])
        if len(names) > MOST_LISTED:
            listed = self.env._(
                "%(names)s and %(number)s more",
                names=listed,
                number=len(names) - MOST_LISTED,
            )
        return self._make_problem(
            f"owner:{owner.id}",
            self.env._(
                "%(user)s cannot answer for these cases any more (archived, or without "
                "an e-mail address or access to the company): %(cases)s. Choose "
                "another responsible; until then somebody else is asked.",
                user=owner.name,
                cases=listed,
            ),
            self._make_list_fix(self.env._("Choose a Responsible"), cases),
        )

    @api.model
    def _find_account_problems(self, company):
        """Yield that customers are not told where to pay to."""
        if trial := company._find_trial_providers():
            yield self._make_problem(
                "provider_test",
                self.env._(
                    "%s is in test mode: what customers pay on their page is no money.",
                    ", ".join(trial.mapped("name")),
                ),
                self._make_list_fix(self.env._("Open the Provider"), trial),
            )
        if company.reminder_takes_online:
            return
        if account := company.partner_id.bank_ids[:1]:
            if count := len(company._find_reminder_moves_without_account()):
                yield self._make_nameless_problem(account, count)
            return
        yield self._make_problem(
            "account",
            self.env._(
                "Your company has no bank account, and customers cannot pay on their "
                "page: where an invoice names no account either, a reminder can only "
                "ask them to ask you."
            ),
            self._make_fix(
                self.env._("Add a Bank Account"),
                "account.setup.bank.manual.config",
                view="payment_reminders.setup_bank_account_view_form_mend",
            ),
            self._make_list_fix(
                self.env._("Take Online Payments"),
                self.env["payment.provider"]
                .sudo()
                .search([*self.env["payment.provider"]._check_company_domain(company)]),
            ),
        )

    @api.model
    def _make_nameless_problem(self, account, count):
        """Return that open invoices are older than the company's bank account.

        :param count: of these invoices
        """
        text = (
            self.env._(
                "1 open invoice names no bank account: its reminder can only ask the "
                "customer to ask you."
            )
            if count == 1
            else self.env._(
                "%s open invoices name no bank account: their reminders can only ask "
                "the customers to ask you.",
                count,
            )
        )
        label = self.env._("Name %s on Them", account.acc_number)
        may = self.env["account.move"].sudo(False).has_access("write")
        return self._make_problem(
            "invoice_account",
            text,
            {"label": label, "method": "name_reminder_account"}
            if may
            else self._make_appeal(label),
        )

    @api.model
    def _find_rate_problems(self, company, ladder):
        """Yield each reference rate that a law in use needs and does not have, or will
        soon not have any more.
        """
        ladders = company._get_reminder_ladders_in_use() | ladder.filtered(
            lambda one: one._charges_statutory_interest()
        )
        laws = ladders.jurisdiction_id
        if not laws:
            return
        today = company._get_reminder_today()
        seen = set()
        for used in laws._get_rates_in_use(today).values():
            for reference, rates in used.items():
                if reference in seen:
                    continue
                seen.add(reference)
                yield from self._find_missing_rates(reference, rates, today)
                yield from self._find_ending_rate(reference, rates, today)

    @api.model
    def _find_missing_rates(self, reference, rates, today):
        """Yield each period of a series for which nobody has entered a rate."""
        last = rate_watch.last_known(rates, today)
        missing = rate_watch.list_missing(rates, today, reference.rhythm)
        for day in reversed(missing):
            there = reference.rate_ids.filtered(lambda rate, day=day: rate.date == day)
            code = f"rate:{reference.code}"
            yield self._make_rate_problem(
                # The newest is what everybody means by the code of the series.
                code if day == missing[-1] else f"{code}:{day}",
                self._describe_missing_rate(reference, day, last, there),
                reference,
                day,
                there,
            )

    @api.model
    def _describe_missing_rate(self, reference, day, last, there):
        """Return what a rate is needed for that nobody has read.

        :param last: the last day for which interest is claimed, or None
        :param there: payment.reminder.rate that is there and was not verified
        """
        if last:
            text = self.env._(
                "%(reference)s: no verified rate from %(date)s. Without it no interest "
                "is claimed for any day after %(last)s.",
                reference=reference.name,
                date=format_date(self.env, day),
                last=format_date(self.env, last),
            )
        else:
            text = self.env._(
                "%(reference)s: no verified rate from %(date)s. Without it no interest "
                "is claimed.",
                reference=reference.name,
                date=format_date(self.env, day),
            )
        if not there:
            return text
        percent = formatLang(self.env, there.percent, digits=2)
        hint = (
            self.env._("Computed from other rates, it would be %s %%.", percent)
            if there.status == "derived"
            else self.env._("It may be %s %%, which nobody has read yet.", percent)
        )
        return f"{text} {hint}"

    @api.model
    def _find_ending_rate(self, reference, rates, today):
        """Yield that a rate runs out soon."""
        end = rate_watch.find_end(rates, today)
        if not end or not rate_watch.is_near_end(end, reference.rhythm, today):
            return
        day = fields.Date.add(end, days=1)
        yield self._make_rate_problem(
            f"rate_end:{reference.code}:{day}",
            reference._describe_end(end),
            reference,
            day,
            can_leave=True,
        )

    @api.model
    def _make_rate_problem(
        self, code, text, reference, day, there=None, can_leave=False
    ):
        """Return a rate to enter: one field, and where it is published.

        :param day: from which it holds
        :param there: the rate of that day which nobody has verified
        """
        problem = self._make_problem(
            code, text, self._make_rate_fix(reference, day, there), can_leave=can_leave
        )
        if self.env["payment.reminder.rate"].sudo(False).has_access("create"):
            # The form behind the button has the same field.
            problem["fixes"][0]["is_entered"] = True
            problem["rate"] = {
                "reference_id": reference.id,
                "date": fields.Date.to_string(day),
                "url": reference.url or False,
                "label": self.env._(
                    "%(reference)s from %(date)s, percent a year",
                    reference=reference.name,
                    date=format_date(self.env, day),
                ),
            }
        return problem

    @api.model
    def _make_rate_fix(self, reference, day, there):
        """Return the button with one field for the rate of a period.

        A rate that is there and was not verified is opened, to be verified.
        """
        rates = reference.rate_ids.sorted("date", reverse=True)
        return self._make_fix(
            self.env._("Enter the Rate"),
            "payment.reminder.rate",
            there or None,
            view="payment_reminders.payment_reminder_rate_view_form_mend",
            context={
                "default_reference_id": reference.id,
                "default_date": fields.Date.to_string(day),
                "default_source": rates[:1].source or self.env._("Entered by hand"),
                "default_status": "verified",
            },
        )

    @api.model
    def _find_currency_problems(self, company, ladder):
        """Yield each currency that is owed here and cannot take the ladder's fee."""
        if not any(step._bears_fee() for step in ladder.step_ids):
            return
        source = ladder.jurisdiction_id.currency_id or company.currency_id
        figures = self.env["payment.reminder.figures"]
        today = company._get_reminder_today()
        for currency in self._find_currencies(company):
            if not figures._get_rate(source, currency, company, today):
                yield self._make_problem(
                    f"currency:{currency.name}",
                    self.env._(
                        "There is no exchange rate from %(law)s to %(currency)s: "
                        "reminders in %(currency)s ask for no fee.",
                        law=source.name,
                        currency=currency.name,
                    ),
                    self._make_fix(
                        self.env._("Enter the Exchange Rate"),
                        "res.currency",
                        # A rate of the company's own currency is always 1.
                        currency if currency != company.currency_id else source,
                    ),
                )

    @api.model
    def _find_law_problems(self, company, ladder):
        """Yield each law in use that ends soon or has ended, or is announced to change.

        What is coming may be put aside; what has come may not.
        """
        today = company._get_reminder_today()
        for law in (company._get_reminder_ladders_at_work() | ladder).jurisdiction_id:
            fix = self._make_fix(
                self.env._("Review the Law"), "payment.reminder.jurisdiction", law
            )
            if told := law._describe_end(today):
                is_over = law._days_left(today) < 0
                code = f"law:{law.code}:{law.reviewed_until}"
                yield self._make_problem(code, told, fix, can_leave=not is_over)
            for told in law._describe_announced(today):
                code = f"law_announced:{law.code}"
                yield self._make_problem(code, told, fix, can_leave=True)

    @api.model
    def _find_currencies(self, company):
        """Return the currencies in which customers owe something now.

        Before the first ladder is chosen there is no case: then those of invoices.
        """
        if company.reminder_ladder_id:
            groups = self.env["payment.reminder.case"]._read_group(
                [("company_id", "=", company.id), ("state", "!=", "closed")],
                ["currency_id"],
            )
        else:
            groups = self.env["account.move"]._read_group(
                [
                    ("company_id", "=", company.id),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("payment_state", "in", ("not_paid", "partial")),
                ],
                ["currency_id"],
            )
        return self.env["res.currency"].union(*(currency for (currency,) in groups))

    @api.model
    def _find_other_problems(self):
        """Yield what outside this addon is in the way (hook)."""
        idle = self.env["ir.cron"].union(
            *(self.env.ref(f"payment_reminders.{name}").sudo() for name in CRONS)
        )
        if idle := idle.filtered(lambda cron: not cron.active):
            yield self._make_problem(
                "crons",
                self.env._(
                    "Scheduled actions are off: %s.", ", ".join(idle.mapped("name"))
                ),
                self._make_list_fix(self.env._("Open Them"), idle),
            )
        if self._shares_one_address():
            yield self._make_problem(
                "proxy",
                self.env._(
                    "Odoo does not run in proxy mode, and a web server stands before "
                    "it: all customers count as one visitor, so that together they "
                    "meet the limits that each of them has on the page. Set proxy_mode."
                ),
                {"label": self.env._("Read How"), "url": PROXY_MANUAL},
                can_leave=True,
            )
        others = (
            self.env["ir.module.module"]
            .sudo()
            .search([("name", "in", OTHER_SENDERS), ("state", "=", "installed")])
        )
        for module in others:
            yield self._make_problem(
                f"module:{module.name}",
                self.env._(
                    "“%s” reminds customers as well: switch one of the two off. Until "
                    "then nothing is sent from here to whom it writes to.",
                    module.shortdesc,
                ),
                self._make_takeover_fix(module),
                self._make_list_fix(self.env._("Open It"), module),
                can_leave=True,
            )

    @api.model
    def _make_takeover_fix(self, module):
        """Return the button that takes over what another addon sent, or None."""
        company = self.env.company.sudo()
        if module.name not in self.env["payment.reminder.takeover"]._list_sources(
            company
        ):
            return None
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders.payment_reminder_takeover_wizard_action"
        )
        return {
            "label": self.env._("Take Over What It Sent"),
            "action": {
                **action,
                "views": [[False, "form"]],
                "context": {
                    "default_source": module.name,
                    "dialog_size": "extra-large",
                },
            },
        }

    @api.model
    def _describe_takeable(self, company):
        """Return what other programs have sent that can be taken over, in words.

        :return: "" when there is nothing
        """
        found = self.env["payment.reminder.takeover"]._list_sources(company)
        return " ".join(
            self.env._(
                "“%(program)s” has sent %(number)s reminders of what is open: take "
                "them over, so that nobody begins anew.",
                program=title,
                number=number,
            )
            for title, number in found.values()
        )

    @api.model
    def _shares_one_address(self):
        """Tell whether all visitors seem to come from the address of a proxy.

        Odoo itself speaks no TLS: behind an address that begins with https is a proxy,
        as there is before a visit that was forwarded.
        """
        if config["proxy_mode"]:
            return False
        headers = request.httprequest.headers if request else {}
        base = self.env["ir.config_parameter"].sudo().get_param("web.base.url") or ""
        return "X-Forwarded-For" in headers or base.startswith("https://")

    @api.model
    def _get_steps(self, company):
        """Return the steps of the first run: title, choice, whether it is done."""
        ladder = company.reminder_ladder_id
        people = company._get_reminder_managers().filtered(
            lambda user: user.id != self.env.ref("base.user_root").id
        )
        approver = ladder._get_standing_approver() if ladder else False
        return [
            {
                "title": self.env._("Country and law"),
                "text": ladder.jurisdiction_id.name or company.country_id.name or "",
                "is_done": bool(company.country_id and ladder),
            },
            {
                "title": self.env._("Ladder"),
                "text": ladder.name or "",
                "is_done": bool(ladder),
            },
            {
                "title": self.env._("Sender and test message"),
                "text": company.email or "",
                "is_done": bool(company.email and company.is_reminder_tested),
            },
            {
                "title": self.env._("Who approves"),
                "text": approver.name
                if approver
                else ", ".join(people.sorted("id")[:3].mapped("name")),
                "is_done": bool(people),
            },
            {
                "title": self.env._("Start"),
                "text": fields.Date.to_string(company.reminder_start_date)
                if company.reminder_start_date
                else self.env._("at once"),
                "is_done": bool(ladder),
            },
        ]

    # -- the first reminder, as a test ----------------------------------------------

    @api.model
    def _render_test(self, company, ladder, chosen):
        """Render the first reminder of a ladder as a customer would get it.

        On what is overdue, or on an invoice that does not exist. What is made for it is
        taken back: nothing stays.

        :param chosen: values of the company that are chosen beside the ladder
        :return: dict: preview_subject, preview_body, preview_error, customer, step,
            sender
        :raise UserError: no invoice can be made here
        """
        rendered = {}
        with suppress(_Tried), self.env.cr.savepoint():
            company.write({**chosen, "reminder_ladder_id": ladder.id})
            case = self._find_test_case(company, ladder)
            case.ladder_id = ladder
            steps = ladder._get_active_steps()
            step = steps.filtered(lambda one: one.kind not in (NUDGE, CALL))[:1]
            step = step or steps[:1]
            notice = self.env["payment.reminder.text.checker"]._make_notice(case, step)
            rendered = {
                **notice._prepare_preview(),
                "customer": case.partner_id.name,
                "step": step.name,
                "sender": notice._get_sender()[1],
            }
            raise _Tried
        return rendered

    @api.model
    def _find_test_case(self, company, ladder):
        """Return a case on which something is overdue, made up if need be."""
        cases = self.env["payment.reminder.case"]
        case = cases.search(
            [
                ("company_id", "=", company.id),
                ("state", "!=", "closed"),
                (
                    "item_ids",
                    "any",
                    [
                        ("amount_known", ">", 0),
                        ("date_due", "<", company._get_reminder_today()),
                    ],
                ),
            ],
            order="id",
            limit=1,
        )
        if case:
            return case
        yesterday = fields.Date.add(company._get_reminder_today(), days=-1)
        facts = self.env["payment.reminder.facts"]
        rows = facts._read_candidates(company, yesterday, limit=1)
        if not rows:
            self._make_sample_invoice(company, fields.Date.add(yesterday, days=-9))
            rows = facts._read_candidates(company, yesterday, limit=1)
        return cases._open_rows(company, rows)

    @api.model
    def _make_sample_invoice(self, company, due):
        """Make an overdue invoice of nobody, which is taken back."""
        customer = self.env["res.partner"].create(
            {
                "name": self.env._("Sample Customer"),
                "is_company": True,
                "email": "customer@example.com",
                "country_id": company.country_id.id,
                "lang": self.env.user.lang,
                "reminder_ladder_id": False,
            }
        )
        invoices = self.env["account.move"].with_company(company)
        move = invoices.with_context(tracking_disable=True).create(
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "invoice_date": fields.Date.add(due, days=-14),
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": self.env._("Sample"),
                            "price_unit": SAMPLE_AMOUNT,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        move._post(soft=False)

    # -- what comes first -----------------------------------------------------------

    @api.model
    def _propose_first(self, company):
        """Propose now what a scheduled action would; return what leaves first.

        So that who has just set reminders up sees the first one. Of many customers the
        others follow with the next run.

        :return: (case or none, its notice or none)
        """
        notices = self.env["payment.reminder"]
        due = notices._find_due_cases(company)[:MOST_AT_ONCE]
        notices._propose(due.with_company(company))
        self.env.flush_all()
        # Whoever looks at the first one reads what is in its way.
        due.reminder_ids._recheck()
        mine = [("company_id", "=", company.id)]
        notice = notices.search(
            [*mine, ("state", "in", ("proposed", "approved"))],
            order="hold_until, id",
            limit=1,
        )
        case = notice.case_id or self.env["payment.reminder.case"].search(
            [*mine, ("state", "=", "active"), ("next_date", "!=", False)],
            order="next_date, id",
            limit=1,
        )
        return case, notice

    @api.model
    def _describe_overdue(self, company):
        """Return who owes something already when reminders are set up, in words.

        Counted before there are cases: what is overdue of posted invoices.

        :return: "" when nobody does
        """
        [(customers, owed)] = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", company.id),
                ("parent_state", "=", "posted"),
                ("account_type", "=", "asset_receivable"),
                ("display_type", "=", "payment_term"),
                ("move_type", "in", ("out_invoice", "out_receipt")),
                ("reconciled", "=", False),
                ("amount_residual", ">", 0),
                ("date_maturity", "<", company._get_reminder_today()),
            ],
            [],
            ["partner_id:recordset", "amount_residual:sum"],
        )
        if not customers:
            return ""
        heads = customers.commercial_partner_id
        names = ", ".join(heads[:MOST_LISTED].mapped("name"))
        if len(heads) > MOST_LISTED:
            names = self.env._(
                "%(names)s and %(number)s more",
                names=names,
                number=len(heads) - MOST_LISTED,
            )
        return self.env._(
            "Overdue today: %(amount)s of %(names)s.",
            amount=format_code(self.env, owed, company.currency_id),
            names=names,
        )

    @api.model
    def _describe_backlog(self, company):
        cases = company._find_backlog_cases()
        if not cases:
            return ""
        if len(cases) == 1:
            return self.env._(
                "%s owed something before reminders were activated. Nothing is sent "
                "there until you have decided.",
                cases.partner_id.name,
            )
        return self.env._(
            "%s customers owed something before reminders were activated. Nothing is "
            "sent to them until you have decided.",
            len(cases),
        )
