from odoo.addons.payment_reminders.tests.common import ReminderCommon

from .fake_registers import SETTINGS, FakeRegisters

#: Well-formed numbers of nobody.
NUMBERS = {
    "DK": "12345674",
    "NO": "974760673",
    "SE": "5567037485",
    "FI": "2077474-0",
    "GB": "00445790",
}
COUNTRIES = {
    "virk": "DK",
    "cvrapi": "DK",
    "bronnoysund": "NO",
    "bolagsverket": "SE",
    "prh": "FI",
    "companies_house": "GB",
}


class RegisterCommon(ReminderCommon):
    """A company that asks every register, and the registers, on loopback."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fake = FakeRegisters()
        cls.fake.__enter__()
        cls.addClassCleanup(cls.fake.__exit__)
        parameters = cls.env["ir.config_parameter"].sudo()
        for key, value in cls.fake.parameters.items():
            parameters.set_param(key, value)
        for code in COUNTRIES:
            # The clock stands still in tests: nothing would ever be free to go.
            parameters.set_param(
                f"payment_reminders_company_status.{code}_per_minute", "600000"
            )
        # Logins are for administrators.
        cls.company = cls.company.sudo()
        cls.company.write(SETTINGS)
        cls.registers = cls.env["payment.reminder.register"]._provide(cls.company)

    def setUp(self):
        super().setUp()
        self.fake.behave()
        self.fake.companies.clear()

    def get_register(self, code):
        return self.registers.filtered(lambda register: register.code == code)

    def owe(self, country, number=None, **vals):
        """Make a customer of a country who owes; return the case."""
        customer = self.make_customer(
            f"Of {country}",
            f"ap{country}@x.example",
            country_id=self.env.ref(
                "base.uk" if country == "GB" else f"base.{country.lower()}"
            ).id,
            company_registry=number or NUMBERS[country],
            **vals,
        )
        move = self.make_invoice(due=20, partner=customer)
        self.refresh()
        return move.reminder_case_id

    def run_check(self):
        """Run the daily look as the scheduled action does."""
        self.env["payment.reminder.case"]._cron_company_status()
        self.env.invalidate_all()

    def get_check(self, case):
        """Return the check of a case's customer, to look at and to throw away."""
        checks = self.env["payment.reminder.company.status"].sudo()
        return checks.search([("partner_id", "=", case.partner_id.id)])

    def get_freezes(self, case):
        return case._get_open_freezes().mapped("reason")
