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

    def check_list(self, few, many):
        """Read the list of invoices with its column, of few and of many."""
        moves = self.make_debtors(many).invoice_ids
        self.refresh()
        given = self.handovers._hand_over(self.get_item(moves))
        given._set_state("registered")
        read = {
            name: {}
            for name in (
                "name",
                "amount_residual",
                "reminder_badge",
                "reminder_handover_state",
                "reminder_handover_label",
            )
        }
        taken = []
        lists = self.env["account.move"].with_user(self.manager).sudo()
        for count in (few, few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            domain = [("id", "in", moves[:count].ids)]
            rows = lists.web_search_read(domain, read, limit=many + 1)["records"]
            taken.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(rows), count)
            states = {row["reminder_handover_state"] for row in rows}
            self.assertEqual(states, {"registered"})
        self.assertEqual(taken[1], taken[2])
