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
        "wizards/payment_reminder_hold_wizard_views.xml",
        "wizards/payment_reminder_wizard_views.xml",
        "views/payment_reminder_ladder_views.xml",
        "views/payment_reminder_views.xml",
        "views/payment_reminder_case_views.xml",
        "views/payment_reminder_query_views.xml",
        "views/payment_reminder_plan_views.xml",
        "views/payment_reminder_event_views.xml",
        "views/account_move_views.xml",
        "views/res_partner_views.xml",
        "views/res_config_settings_views.xml",
        "views/portal_templates.xml",
        # menus
        "views/menuitems.xml",
    ],
}
