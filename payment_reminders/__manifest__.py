{
    "name": "Payment Reminders",
    "summary": "Chase overdue invoices by the live state, and stop when they are paid",
    "version": "19.0.1.2.0",
    "category": "Accounting/Accounting",
    "license": "AGPL-3",
    "author": "Payment Reminders contributors",
    "website": "https://github.com/payment-reminders/payment_reminders",
    "images": ["static/description/queue.png"],
    "uninstall_hook": "uninstall_hook",
    "depends": [
        "account",
        "account_payment",
        "mail",
        "phone_validation",
        "portal",
        "resource",
        "sms",
    ],
    "external_dependencies": {"python": ["holidays", "phonenumbers", "python-stdnum"]},
    "data": [
        # security
        "security/payment_reminder_groups.xml",
        "security/ir.model.access.csv",
        "security/payment_reminder_rules.xml",
        "security/payment_reminder_dialog_rules.xml",
        # law
        "data/payment_reminder_reference_data.xml",
        "data/payment_reminder_rate_data.xml",
        "data/payment_reminder_rate_update_data.xml",
        "data/payment_reminder_jurisdiction_data.xml",
        "views/law/rate_views.xml",
        "views/law/jurisdiction_views.xml",
        # texts, before the ladders that use them
        "views/paper/letter_templates.xml",
        "report/letter.xml",
        "report/statement.xml",
        "data/mail_template_data.xml",
        "data/sms_template_data.xml",
        # ladder
        "data/payment_reminder_ladder_data.xml",
        # one country a file: rates, law and ladder; see docs/new_country.md
        "data/country/at.xml",
        "data/country/be.xml",
        "data/country/fr.xml",
        "data/country/gb.xml",
        "data/country/ie.xml",
        "data/country/nl.xml",
        "wizards/text_check_views.xml",
        "wizards/move_cases_views.xml",
        "wizards/step_preview_views.xml",
        "views/ladder/ladder_timeline_templates.xml",
        "views/ladder/ladder_views.xml",
        # scheduled actions and activities
        "data/ir_cron_data.xml",
        "data/mail_activity_type_data.xml",
        # dialogs, before the buttons that open them
        "wizards/answer_views.xml",
        "wizards/hold_views.xml",
        "wizards/call_views.xml",
        "wizards/invoice_hold_views.xml",
        "wizards/divide_payment_views.xml",
        "wizards/confirm_letters_views.xml",
        "wizards/promise_views.xml",
        "wizards/rest_views.xml",
        "wizards/decide_backlog_views.xml",
        "wizards/setup_views.xml",
        "wizards/replay_views.xml",
        "wizards/create_reminders_views.xml",
        "wizards/hand_over_views.xml",
        # notice
        "views/notice/notice_list_views.xml",
        "views/notice/notice_form_views.xml",
        "views/notice/notice_search_views.xml",
        "wizards/lower_fee_views.xml",
        # case
        "views/case/case_list_views.xml",
        "views/case/case_form_views.xml",
        "views/case/case_search_views.xml",
        # registers
        "views/registers/company_status_views.xml",
        # handover
        "views/handover/handover_views.xml",
        "views/handover/word_views.xml",
        "wizards/end_handover_views.xml",
        # desk
        "views/desk/run_views.xml",
        "views/desk/todo_views.xml",
        "views/desk/section_views.xml",
        "views/desk/call_views.xml",
        "views/desk/heads_up_templates.xml",
        # customer
        "views/customer/query_views.xml",
        "views/customer/plan_views.xml",
        # sending
        "views/sending/halt_views.xml",
        # trail
        "views/trail/event_views.xml",
        "report/case_file.xml",
        # numbers
        "views/numbers/simulation_views.xml",
        "views/numbers/report_views.xml",
        "views/numbers/report_nudge_views.xml",
        "views/numbers/report_cash_views.xml",
        "views/numbers/month_end_views.xml",
        "views/numbers/dashboard_views.xml",
        # models of Odoo
        "views/res_users_views.xml",
        "views/account_bank_statement_line_views.xml",
        "views/account_move_views.xml",
        "views/account_move_effect_views.xml",
        "views/res_partner_views.xml",
        "views/res_config_settings_views.xml",
        # agency
        "views/agency/agency_part_views.xml",
        # the customer's page
        "views/customer/portal_interest_templates.xml",
        "views/agency/portal_agency_templates.xml",
        "views/customer/portal_templates.xml",
        "views/customer/portal_payment_templates.xml",
        "views/customer/portal_query_templates.xml",
        "views/customer/portal_plan_templates.xml",
        "views/paper/print_views.xml",
        # menus
        "views/menuitems.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "payment_reminders/static/src/**/*",
            ("remove", "payment_reminders/static/src/portal/**/*"),
        ],
        "web.assets_frontend": ["payment_reminders/static/src/portal/**/*"],
        "web.assets_tests": ["payment_reminders/static/tests/tours/**/*"],
        "web.assets_unit_tests": [
            "payment_reminders/static/tests/**/*",
            ("remove", "payment_reminders/static/tests/tours/**/*"),
        ],
    },
}
