"""The names that other code and outside tests rely on (docs/architecture.md)."""

import inspect

from odoo.tests import TransactionCase, tagged

from ...rules import guard

FIELDS = {
    "payment.reminder.ladder": """name company_id jurisdiction_id step_ids version
        standing_approval_by_id standing_approval_date""",
    "payment.reminder.step": """ladder_id sequence name kind active delay_days
        delay_from channels channel_mode mail_template_id sms_template_id fee_amount
        charge_interest charge_compensation deadline_days hold_hours""",
    "payment.reminder.jurisdiction": "",
    "payment.reminder.rate": "",
    "payment.reminder.case": """name company_id partner_id currency_id user_id
        ladder_id state close_reason item_ids move_ids reminder_ids claim_line_ids
        freeze_ids query_ids plan_ids event_ids next_step_id next_date
        amount_principal amount_fees amount_interest amount_compensation amount_claim
        snoozed_until""",
    "payment.reminder.item": """case_id move_line_id move_id date_due amount_residual
        step_id last_sent_date next_step_id next_date""",
    "payment.reminder": """case_id step_id state item_ids hold_until approved_by_id
        approved_date sent_date amount_principal amount_fee amount_interest
        amount_compensation amount_claim deadline_date delivery_ids verdict
        held_reason""",
    "payment.reminder.delivery": "",
    "payment.reminder.claim.line": """case_id kind amount date reminder_id
        reversal_of_id note""",
    "payment.reminder.freeze": """case_id reason date_start user_id date_end
        released_by_id note""",
    "payment.reminder.query": "case_id move_ids kind description state outcome",
    "payment.reminder.plan": "",
    "payment.reminder.instalment": "",
    "payment.reminder.event": "case_id seq kind date user_id payload prev_hash hash",
    "account.move": """reminder_case_id reminder_step_id reminder_last_date
        reminder_status reminder_excluded reminder_excluded_reason""",
    "res.partner": "reminder_excluded reminder_ladder_id reminder_grace_days",
    "res.company": "reminder_ladder_id",
}
WORDS = {
    ("payment.reminder", "state"): """proposed approved sending sent held cancelled
        uncertain""",
    ("payment.reminder.case", "state"): "active frozen closed",
    ("payment.reminder.claim.line", "kind"): """fee interest compensation payment
        waiver""",
    ("payment.reminder.delivery", "state"): """pending sending sent failed skipped
        bounced uncertain""",
    ("payment.reminder.freeze", "reason"): """query plan partial_payment credit_note
        insolvency manual unmatched_money reopened""",
    ("payment.reminder.query", "state"): "open answered closed",
    ("payment.reminder.step", "channel_mode"): "first_that_works all",
    ("payment.reminder.step", "delay_from"): "due_date previous_step",
    ("payment.reminder.step", "kind"): "nudge reminder final_notice",
    ("account.move", "reminder_status"): """none upcoming due proposed sent frozen
        closed""",
}
#: What each method needs, beside the records.
METHODS = {
    "payment.reminder.case": {
        "action_hold": ["reason"],
        "action_snooze": ["date"],
        "action_release": [],
        "action_close": ["reason"],
        "_refresh": [],
        "_cron_refresh": [],
    },
    "payment.reminder": {
        "action_approve": [],
        "action_hold": ["reason"],
        "action_cancel": ["reason"],
        "_guard": [],
        "_dispatch": [],
        "_cron_propose": [],
        "_cron_send": [],
    },
    "account.move": {"action_open_reminder_wizard": []},
}
CODES = """not_posted paid in_payment credited nothing_due partial_payment
    amount_changed unallocated_credit unmatched_bank_line stale_bank
    stale_source pending_transaction open_query payment_plan insolvency status_unknown
    blocked held snoozed excluded handed_over other_sender no_recipient
    invoice_not_sent
    not_approved hold_window
    spacing ladder_changed send_brake neutralized already_sent"""
RECORDS = {
    "ir.cron": """ir_cron_refresh ir_cron_propose ir_cron_send ir_cron_company_status
        ir_cron_plans""",
    "res.groups": "group_reminder_user group_reminder_manager",
}


@tagged("post_install", "-at_install")
class TestContract(TransactionCase):
    def test_models_have_their_fields(self):
        for model, names in FIELDS.items():
            missing = set(names.split()) - set(self.env[model]._fields)
            self.assertFalse(missing, model)

    def test_selections_have_their_words(self):
        for (model, name), words in WORDS.items():
            known = dict(self.env[model]._fields[name]._description_selection(self.env))
            self.assertFalse(set(words.split()) - set(known), (model, name))

    def test_methods_ask_for_no_more_than_agreed(self):
        for model, methods in METHODS.items():
            for name, wanted in methods.items():
                method = getattr(self.env[model], name)
                needed = [
                    parameter.name
                    for parameter in inspect.signature(method).parameters.values()
                    if parameter.default is parameter.empty
                    and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
                ]
                self.assertFalse(set(needed) - set(wanted), (model, name))
                self.assertLessEqual(
                    set(wanted), set(inspect.signature(method).parameters), name
                )

    def test_what_an_invoice_shows_is_stored_nowhere(self):
        """A row that the sender writes makes a payer fail."""
        for name in FIELDS["account.move"].split()[:4]:
            field = self.env["account.move"]._fields[name]
            self.assertFalse(field.store, name)
            self.assertTrue(field.search, name)

    def test_codes_of_the_guard(self):
        known = {str(getattr(code, "value", code)) for code in guard.Code}
        self.assertFalse(set(CODES.split()) - known)

    def test_records_have_their_names(self):
        for model, names in RECORDS.items():
            for name in names.split():
                record = self.env.ref(f"payment_reminders.{name}")
                self.assertEqual(record._name, model, name)
