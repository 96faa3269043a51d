import re
from contextlib import closing, contextmanager

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import get_public_method
from odoo.tools import mute_logger

from ..common import ReminderCommon
from .access_matrix import METHODS, PEOPLE, RIGHTS

MODULE = "odoo.addons.payment_reminders."
BRIDGES = "odoo.addons.payment_reminders_"
OPERATIONS = {"c": "create", "r": "read", "w": "write", "d": "unlink"}
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b")


class MatrixCommon(ReminderCommon):
    """One record of every model, and one person of every kind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {letter: cls.make_user(*who) for letter, who in PEOPLE.items()}
        cls.make_records()

    @classmethod
    def make_records(cls):
        seller = cls.people["r"].id
        move = cls.make_invoice(due=10, invoice_user_id=seller)
        other = cls.make_invoice(
            due=11,
            partner=cls.make_customer("B", "b@x.example"),
            invoice_user_id=seller,
        )
        reminder = cls.propose()[0]
        case = other.reminder_case_id
        cls.case = move.reminder_case_id
        cls.case.with_user(cls.people["r"]).action_hold("They called")
        sudo = cls.env(su=True)
        of_case = {"case_id": case.id}
        agency = cls.make_customer("Agency")
        line = sudo["account.bank.statement.line"].create(
            {
                "journal_id": cls.company_data["default_journal_bank"].id,
                "payment_ref": "Transfer",
                "amount": 5,
            }
        )
        simulation = {"ladder_id": cls.ladder.id, "date_from": "2026-01-01"}
        cls.records = {
            "account.bank.statement.line": line,
            "account.move": move,
            "payment.reminder": reminder,
            "payment.reminder.case": cls.case,
            "payment.reminder.event": cls.case.event_ids[0],
            "payment.reminder.freeze": cls.case.freeze_ids,
            "payment.reminder.item": cls.case.item_ids,
            "payment.reminder.ladder": cls.ladder,
            "payment.reminder.section": sudo["payment.reminder.section"].search(
                [], limit=1
            ),
            "payment.reminder.jurisdiction": cls.env.ref(
                "payment_reminders.jurisdiction_dk"
            ),
            "payment.reminder.step": cls.ladder.step_ids[0],
            "res.company": cls.company,
            "res.partner": cls.customer,
            **{
                f"payment.reminder.{name}": sudo[f"payment.reminder.{name}"].create(
                    vals
                )
                for name, vals in {
                    "agency.part": {
                        "move_id": move.id,
                        "agency_id": agency.id,
                        "amount": 300,
                    },
                    "call": {**of_case, "step_id": cls.ladder.step_ids[1].id},
                    "claim.line": {**of_case, "kind": "fee", "amount": 10},
                    "delivery": {
                        "reminder_id": reminder.id,
                        "case_id": reminder.case_id.id,
                        "company_id": cls.company.id,
                        "channel": "email",
                        "recipient": "a@x.example",
                        "key": "1",
                    },
                    "halt": {"company_id": cls.company.id, "reason": "count"},
                    "plan": of_case,
                    "query": of_case,
                    "run": {
                        "company_id": cls.company.id,
                        "user_id": cls.people["m"].id,
                    },
                    "simulation": simulation,
                    "takeover": {
                        "name": "letters.csv",
                        "company_id": cls.company.id,
                        "user_id": cls.people["m"].id,
                        "date": "2026-09-15 08:00:00",
                    },
                }.items()
            },
        }
        cls.env.flush_all()
        cls.records["payment.reminder.handover"] = given = sudo[
            "payment.reminder.handover"
        ].create(
            {
                "item_id": cls.case.item_ids[:1].id,
                "key": "1",
                "description": "Work",
                "state": "registered",
            }
        )
        cls.records["payment.reminder.handover.report"] = sudo[
            "payment.reminder.handover.report"
        ].create({"handover_id": given.id, "kind": "payment", "key": "1"})
        cls.records["payment.reminder.todo"] = sudo["payment.reminder.todo"].search(
            [("query_id", "=", cls.records["payment.reminder.query"].id)]
        )

    def make_dialog(self, model, user):
        """Open a dialog as somebody who may, or as the manager if not."""
        if not self.env[model].with_user(user).has_access("create"):
            user = self.people["m"]
        new = self.env[model].with_user(user).create
        if model == "payment.reminder.wizard":
            action = self.case.with_user(user).action_open_reminder_wizard()
            return self.env[model].with_user(user).browse(action["res_id"])
        if model == "payment.reminder.wizard.line":
            return self.make_dialog("payment.reminder.wizard", user).line_ids[:1]
        if model == "payment.reminder.invoice.hold.wizard":
            dialog = self.env[model].with_user(user)
            return dialog.browse(dialog._open(self.case.item_ids)["res_id"])
        if model == "payment.reminder.handover.wizard":
            action = self.case.with_user(user).action_open_handover_wizard()
            return self.env[model].with_user(user).browse(action["res_id"])
        if model == "payment.reminder.handover.wizard.line":
            return self.make_dialog("payment.reminder.handover.wizard", user).line_ids
        reminder = self.records["payment.reminder"]
        of_case = {"case_id": self.case.id}
        given = self.records["payment.reminder.handover"].ids
        return new(
            {
                "payment.reminder.answer.wizard": {
                    "query_id": self.records["payment.reminder.query"].id,
                    "answer": "We looked at it.",
                },
                "payment.reminder.call.wizard": of_case,
                "payment.reminder.fee.wizard": {
                    "reminder_id": reminder.id,
                    "amount": 0,
                    "note": "Kind",
                },
                "payment.reminder.handover.end.wizard": {"handover_ids": given},
                "payment.reminder.handover.state.wizard": {
                    "handover_ids": given,
                    "state": "legal",
                    "note": "Their letter",
                },
                "payment.reminder.hold.wizard": {"action": "hold", "reason": "Wait"},
                "payment.reminder.ladder.wizard": {"ladder_id": self.ladder.id},
                "payment.reminder.payment.wizard": {**of_case, "amount": 5},
                "payment.reminder.promise.wizard": of_case,
                "payment.reminder.rest.wizard": {**of_case, "note": "Kind"},
                "payment.reminder.setup.wizard": {
                    "company_id": self.company.id,
                    "ladder_id": self.ladder.id,
                },
                "payment.reminder.backlog.wizard": {"case_ids": self.case.ids},
                "payment.reminder.month.end": {"company_id": self.company.id},
                "payment.reminder.print.wizard": {
                    "line_ids": [
                        Command.create(
                            {
                                "reminder_id": reminder.id,
                                "delivery_id": self.records[
                                    "payment.reminder.delivery"
                                ].id,
                            }
                        )
                    ]
                },
                "payment.reminder.step.preview": {
                    **of_case,
                    "step_id": self.ladder.step_ids[0].id,
                    "lang": "en_US",
                },
                "payment.reminder.takeover.wizard": {"company_id": self.company.id},
                "payment.reminder.text.check": {
                    "step_id": self.ladder.step_ids[0].id,
                    "lang": "en_US",
                    "channel": "email",
                },
            }.get(model, {})
        )

    def get_record(self, model, user):
        if model in self.records:
            return self.records[model]
        return self.make_dialog(model, user)

    def call(self, record, name, user):
        """Call a method as from outside, undo it, and tell what came of it.

        :return: refused, asked (the user is told what to do first), or done
        """
        record = record.with_user(user).with_context(
            active_model="payment.reminder.case",
            active_ids=self.case.ids,
            reminder_case_id=self.case.id,
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with closing(self.env.cr.savepoint()), mute_logger("odoo.models.unlink"):
            try:
                getattr(record, name)()
                self.env.flush_all()
            except AccessError:
                return "refused"
            except UserError:
                return "asked"
            return "done"


class TestAccessMatrix(MatrixCommon):
    """Who sees and does what, on every model and by every public method."""

    # -- rights -----------------------------------------------------------------

    def test_the_table_names_every_model(self):
        ours = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "payment_reminders" and not model._abstract
        }
        self.assertEqual(set(RIGHTS), ours)

    def test_rights_of_everybody(self):
        for model, (rep, manager) in RIGHTS.items():
            allowed = {"r": rep, "m": manager, "b": manager}
            for letter, user in self.people.items():
                found = "".join(
                    short
                    for short, operation in OPERATIONS.items()
                    if self.env[model].with_user(user).has_access(operation)
                )
                self.assertEqual(
                    found, allowed.get(letter, ""), f"{user.login} on {model}"
                )

    def test_a_dialog_belongs_to_who_opened_it(self):
        """What a dialog shows may be of a customer or company that others don't see."""
        for model in RIGHTS:
            if self.env[model]._transient:
                dialog = self.make_dialog_or_line(model)
                for letter in "mb":
                    found = self.env[model].with_user(self.people[letter])
                    self.assertEqual(
                        bool(found.search([("id", "=", dialog.id)])),
                        letter == "m",
                        model,
                    )

    def make_dialog_or_line(self, model):
        manager = self.people["m"]
        reminder = self.records["payment.reminder"].id
        new = self.env[model].with_user(manager)
        match model:
            case "payment.reminder.wizard.line":
                return self.make_dialog("payment.reminder.wizard", manager).line_ids
            case "payment.reminder.ladder.wizard.line":
                return new.create(
                    {
                        "wizard_id": self.make_dialog(
                            "payment.reminder.ladder.wizard", manager
                        ).id,
                        "case_id": self.case.id,
                    }
                )
            case "payment.reminder.print.line":
                return new.create(
                    {
                        "wizard_id": self.make_dialog(
                            "payment.reminder.print.wizard", manager
                        ).id,
                        "reminder_id": reminder,
                    }
                )
            case (
                "payment.reminder.takeover.column"
                | "payment.reminder.takeover.row"
                | "payment.reminder.takeover.step"
            ):
                opened = self.make_dialog("payment.reminder.takeover.wizard", manager)
                return new.create({"wizard_id": opened.id})
            case "payment.reminder.replay":
                event = self.records["payment.reminder.event"]
                return new.create(
                    {
                        "reminder_id": reminder,
                        "event_id": event.id,
                        "moment": event.date,
                    }
                )
        return self.make_dialog(model, manager)

    # -- public methods ---------------------------------------------------------

    def find_methods(self):
        """Return {model: names} of the methods of ours that RPC lets through."""
        found = {}
        for name, model in self.env.registry.items():
            classes = {True: [], False: []}
            for definition in model.mro():
                # What a bridge extends is ours all the same.
                if definition.__module__.startswith(BRIDGES):
                    continue
                classes[definition.__module__.startswith(MODULE)].append(definition)
            ours, theirs = (
                {method for definition in part for method in vars(definition)}
                for part in (classes[True], classes[False])
            )
            for method in ours - theirs:
                if method.startswith("_") or not callable(getattr(model, method)):
                    continue
                try:
                    get_public_method(self.env[name], method)
                except AccessError:
                    continue
                found.setdefault(name, set()).add(method)
        return found

    def test_the_table_names_every_public_method(self):
        """Whoever adds one says here who may call it."""
        table = {model: set(methods) for model, methods in METHODS.items()}
        self.assertEqual(self.find_methods(), table)

    def test_who_may_call_what(self):
        wrong = []
        for model, methods in METHODS.items():
            for letter, user in self.people.items():
                record = self.get_record(model, user)
                for name, allowed in methods.items():
                    outcome = self.call(record, name, user)
                    if (outcome != "refused") != (letter in allowed):
                        wrong.append(f"{user.login}: {model}.{name} was {outcome}")
        self.assertEqual(wrong, [])

    def test_nothing_comes_of_a_call_on_no_record(self):
        for model, methods in METHODS.items():
            for name, allowed in methods.items():
                for letter in set("aipw") - set(allowed):
                    empty = self.env[model].with_user(self.people[letter])
                    with self.spy() as queries:
                        try:
                            self.call(empty, name, self.people[letter])
                        except ValueError as error:
                            self.assertIn("Expected singleton", str(error))
                    self.assertFalse(
                        [query for query in queries if WRITES.match(query)],
                        f"{letter}: {model}.{name}",
                    )

    @contextmanager
    def spy(self):
        queries = []
        with contextmanager(self._patchExecute)(queries):
            yield queries

    def test_a_rep_changes_nothing_of_others(self):
        """A case that is another's from now on, and all that hangs on it."""
        rep = self.people["r"]
        self.env["payment.reminder.case"].search([]).user_id = self.people["m"]
        self.env.flush_all()
        dialog = self.make_dialog("payment.reminder.answer.wizard", rep)
        for model in METHODS:
            record = dialog if "answer" in model else self.records.get(model)
            if not record or not model.startswith("payment.reminder"):
                continue
            if model in (
                "payment.reminder.ladder",
                "payment.reminder.step",
                "payment.reminder.agency.part",
            ):
                continue  # which are everybody's, or go by invoice and customer
            if model == "payment.reminder.dashboard":
                continue  # which shows everybody's own, whatever record it is
            for name in METHODS[model]:
                # What counts the reader's own asks nothing of a record.
                if name not in ("get_links", "get_desk_count"):
                    self.assertEqual(self.call(record, name, rep), "refused", name)

    def test_the_panel_tells_others_nothing(self):
        for letter in "raipw":
            company = self.env["res.company"].with_user(self.people[letter])
            answer = company.get_reminder_setup()
            # A rep reads why nothing leaves, and does not release it.
            halts = answer.pop("halts")
            self.assertEqual(
                [h["can_release"] for h in halts], [False] * (letter == "r")
            )
            self.assertFalse(any(answer.values()), letter)


class TestOtherCompany(MatrixCommon):
    """A manager of one company does nothing in another, by no detour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.setup_other_company(name="Second")["company"]
        cls.stranger = cls.make_user(
            "stranger", "payment_reminders.group_reminder_manager"
        )
        cls.stranger.sudo().write(
            {"company_ids": [(6, 0, company.ids)], "company_id": company.id}
        )

    def test_methods(self):
        for model in METHODS:
            record = self.records.get(model)
            if not record or model in (
                "payment.reminder.jurisdiction",
                "payment.reminder.section",
                "res.company",
                "res.partner",
            ):
                continue  # the user's own company; contacts and lists are for all
            for name in METHODS[model]:
                if name in (
                    "action_check_all",
                    "action_create_reminders",
                    "get_desk_count",
                    "get_links",
                    "get_page",
                    "get_uncounted",
                ):
                    continue  # likewise, whatever record they are called on
                self.assertEqual(
                    self.call(record, name, self.stranger), "refused", f"{model} {name}"
                )

    def test_dialogs_about_records_of_others(self):
        """The client may write whatever id it likes into a dialog."""
        for model in METHODS:
            if not self.env[model]._transient:
                continue
            for name in METHODS[model]:
                if name in ("action_download", "get_page", "get_uncounted"):
                    continue  # of what the dialog was given when it was opened, or own
                with closing(self.env.cr.savepoint()):
                    try:
                        dialog = self.make_dialog(model, self.stranger)
                    except AccessError:
                        continue
                    outcome = self.call(dialog, name, self.stranger)
                    self.assertEqual(outcome, "refused", f"{model} {name}")
