{
    "name": "Payment Reminders: Webhooks",
    "summary": "Tell other systems what happens, signed, so that none has to poll",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "AGPL-3",
    "author": "Payment Reminders contributors",
    "website": "https://github.com/payment-reminders/payment_reminders",
    "depends": ["payment_reminders"],
    "external_dependencies": {"python": ["requests"]},
    "data": [
        "security/ir.model.access.csv",
        "security/payment_reminder_webhook_rules.xml",
        "data/ir_cron_data.xml",
        "views/payment_reminder_webhook_message_views.xml",
        "views/payment_reminder_webhook_views.xml",
    ],
}
