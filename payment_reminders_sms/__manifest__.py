{
    "name": "Payment Reminders: SMS that are answered",
    "summary": "What bridges to SMS gateways share: sending, reports, incoming texts",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "AGPL-3",
    "author": "Payment Reminders contributors",
    "website": "https://github.com/payment-reminders/payment_reminders",
    "depends": ["payment_reminders", "sms_twilio"],
    "data": [
        "security/ir.model.access.csv",
        "security/payment_reminder_sms_rules.xml",
        "data/ir_cron_data.xml",
        "views/payment_reminder_inbound_views.xml",
        "views/res_config_settings_views.xml",
        "views/payment_reminder_views.xml",
    ],
    "assets": {"web.assets_tests": ["payment_reminders_sms/static/tests/tours/**/*"]},
}
