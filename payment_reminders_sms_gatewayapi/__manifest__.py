{
    "name": "Payment Reminders: SMS by GatewayAPI",
    "summary": "Send SMS by GatewayAPI, and read what customers answer",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "AGPL-3",
    "author": "Payment Reminders contributors",
    "website": "https://github.com/payment-reminders/payment_reminders",
    "depends": ["payment_reminders_sms"],
    "data": [
        "views/res_config_settings_views.xml",
    ],
}
