from ..common import ReminderCommon


class HandoverCommon(ReminderCommon):
    """Invoices of one customer that a collection service gets, by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls.env["res.partner"].create(
            {"name": "Nordic Collect", "is_company": True}
        )
        cls.handovers = cls.env["payment.reminder.handover"]

    def get_item(self, move):
        return self.env["payment.reminder.item"].search([("move_id", "in", move.ids)])

    def hand_over(self, move, state="registered", **vals):
        """Hand an invoice over by hand, as the dialog does."""
        vals = {"service_id": self.service.id, **vals}
        record = self.handovers.with_user(self.manager)._hand_over(
            self.get_item(move), **vals
        )
        if state != "queued":
            record._set_state(state)
        return record

    def get_reports(self, record, *states):
        return [
            (report.kind, report.amount, report.state)
            for report in record.report_ids.sorted("id")
            if not states or report.state in states
        ]
