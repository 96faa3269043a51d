"""Other programs that remind, as far as their tables are read.

None of them is here: what they keep is made in the transaction of a test, and gone with
it. The names are those of account_followup (Enterprise) and of OCA's credit-control.
"""


class OtherSenders:
    def install(self, name, title):
        """Note an addon as installed, as Odoo does."""
        self.env["ir.module.module"].create(
            {"name": name, "shortdesc": title, "state": "installed"}
        )

    # -- Odoo Enterprise ------------------------------------------------------------

    def install_followup(self):
        """Make three levels; return their ids."""
        self.install("account_followup", "Payment Follow-up")
        self.env.flush_all()
        self.env.cr.execute(
            """
            CREATE TABLE account_followup_followup_line (
                id serial PRIMARY KEY, name jsonb, delay integer, company_id integer);
            ALTER TABLE account_move_line ADD COLUMN followup_line_id integer;
            ALTER TABLE account_move_line ADD COLUMN last_followup_date date;
            ALTER TABLE res_partner ADD COLUMN followup_next_action_date jsonb;
            ALTER TABLE res_partner ADD COLUMN followup_reminder_type varchar;
            """
        )
        self.env.cr.execute(
            """
            INSERT INTO account_followup_followup_line (name, delay, company_id)
            VALUES ('{"en_US": "First Reminder"}', 15, %(company)s),
                   ('{"en_US": "Second Reminder", "da_DK": "Anden rykker"}', 30,
                    %(company)s),
                   ('{"en_US": "Third Reminder"}', 45, %(company)s)
         RETURNING id
            """,
            {"company": self.company.id},
        )
        return [id_ for (id_,) in self.env.cr.fetchall()]

    def follow_up(self, moves, level_id, day):
        """Let Odoo's own follow-ups have brought invoices to a level on a day."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE account_move_line
               SET followup_line_id = %s, last_followup_date = %s
             WHERE move_id = ANY(%s) AND display_type = 'payment_term'
            """,
            [level_id, day, moves.ids],
        )

    def set_followup(self, customer, **values):
        """Write what account_followup keeps of a customer."""
        for name, value in values.items():
            self.env.cr.execute(
                f"UPDATE res_partner SET {name} = %s WHERE id = %s",
                [value, customer.id],
            )

    # -- OCA ------------------------------------------------------------------------

    def install_credit_control(self):
        """Make the tables of account_credit_control, with a policy of three levels."""
        self.install("account_credit_control", "Account Credit Control")
        self.env.flush_all()
        self.env.cr.execute(
            """
            CREATE TABLE credit_control_policy (
                id serial PRIMARY KEY, name varchar, do_nothing boolean);
            CREATE TABLE credit_control_policy_level (
                id serial PRIMARY KEY, name jsonb, level integer, policy_id integer);
            CREATE TABLE credit_control_line (
                id serial PRIMARY KEY, move_line_id integer, invoice_id integer,
                partner_id integer, company_id integer, state varchar, date date,
                date_sent date, level integer, policy_level_id integer,
                manually_overridden boolean, dunning_fees_amount numeric);
            ALTER TABLE res_partner ADD COLUMN credit_policy_id integer;
            INSERT INTO credit_control_policy (name, do_nothing)
            VALUES ('3 time policy', FALSE), ('No follow', TRUE);
            INSERT INTO credit_control_policy_level (name, level, policy_id)
            VALUES ('{"en_US": "10 days net"}', 1, 1),
                   ('{"en_US": "30 days net"}', 2, 1),
                   ('{"en_US": "60 days last reminder"}', 3, 1);
            """
        )

    def send_by_credit_control(self, moves, level, day, fee=0, state="sent"):
        """Let OCA's credit control have sent a level of these invoices on a day."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO credit_control_line (
                move_line_id, invoice_id, partner_id, company_id, state, date,
                date_sent, level, policy_level_id, dunning_fees_amount)
            SELECT line.id, line.move_id, line.partner_id, line.company_id, %(state)s,
                   %(day)s, %(day)s, %(level)s,
                   (SELECT id FROM credit_control_policy_level
                     WHERE level = %(level)s),
                   %(fee)s
              FROM account_move_line line
             WHERE line.move_id = ANY(%(moves)s)
               AND line.display_type = 'payment_term'
            """,
            {
                "state": state,
                "day": day,
                "level": level,
                "fee": fee,
                "moves": moves.ids,
            },
        )
