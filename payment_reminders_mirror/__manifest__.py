{
    "name": "Payment Reminders: Mirrored Invoices",
    "summary": "Remind of invoices that another program keeps, imported as a file",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "AGPL-3",
    "author": "Payment Reminders contributors",
    "website": "https://github.com/payment-reminders/payment_reminders",
    "depends": ["payment_reminders"],
    "data": [
        "security/ir.model.access.csv",
        "security/payment_reminder_mirror_rules.xml",
        "wizards/mirror_import_views.xml",
        "views/mirror_invoice_views.xml",
        "views/mirror_customer_views.xml",
        "views/res_config_settings_views.xml",
        "views/menuitems.xml",
    ],
}
