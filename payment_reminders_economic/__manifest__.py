{
    "name": "Payment Reminders: e-conomic",
    "summary": "Remind of invoices that e-conomic keeps, which is only ever read",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "AGPL-3",
    "author": "Payment Reminders contributors",
    "website": "https://github.com/payment-reminders/payment_reminders",
    "depends": ["payment_reminders_mirror"],
    "external_dependencies": {"python": ["requests"]},
    "data": [
        "data/ir_config_parameter_data.xml",
        "data/ir_cron_data.xml",
        "views/res_config_settings_views.xml",
    ],
    "uninstall_hook": "uninstall_hook",
}
