{
    "name": "Payment Reminders: Sales Orders",
    "summary": "Warn on a new order of a customer who does not pay, or stop it",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "AGPL-3",
    "author": "Payment Reminders contributors",
    "website": "https://github.com/payment-reminders/payment_reminders",
    "depends": ["payment_reminders", "sale"],
    "data": [
        "views/res_config_settings_views.xml",
        "views/sale_order_views.xml",
    ],
    "assets": {
        "web.assets_tests": [
            "payment_reminders_sale/static/tests/tours/**/*",
        ],
    },
}
