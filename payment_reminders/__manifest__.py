{
    "name": "Payment Reminders",
    "summary": "Chase overdue invoices by the live state, and stop when they are paid",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "AGPL-3",
    "author": "Payment Reminders contributors",
    "website": "https://github.com/payment-reminders/payment_reminders",
    "application": True,
    "depends": [
        "account",
        "account_payment",
        "mail",
        "phone_validation",
        "portal",
        "resource",
        "sms",
    ],
    "external_dependencies": {"python": ["holidays", "phonenumbers"]},
    "data": [
        # security
        "security/payment_reminder_groups.xml",
        "security/ir.model.access.csv",
        "security/payment_reminder_rules.xml",
        # law
        "data/payment_reminder_reference_data.xml",
        "data/payment_reminder_rate_data.xml",
        "data/payment_reminder_jurisdiction_data.xml",
        # texts and ladders
        "views/letter_templates.xml",
        "data/mail_template_data.xml",
        "data/sms_template_data.xml",
        "data/payment_reminder_ladder_data.xml",
        # scheduled actions
        "data/ir_cron_data.xml",
        # views
        "views/payment_reminder_rate_views.xml",
        "views/payment_reminder_jurisdiction_views.xml",
    ],
}
