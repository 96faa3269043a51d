import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const openMenu = (name) => [
    {
        trigger:
            ".o_menu_sections [data-menu-xmlid='payment_reminders.payment_reminder_menu_root']",
        run: "click",
    },
    { trigger: `[data-menu-xmlid='payment_reminders.${name}']`, run: "click" },
];

/** Open what has no menu of its own, as the pages that link it do. */
const openAction = (name) => [
    {
        trigger: ".o_main_navbar",
        run: () =>
            odoo.__WOWL_DEBUG__.root.env.services.action.doAction(
                `payment_reminders.${name}`,
                { clearBreadcrumbs: true }
            ),
    },
];

const openList = () => [
    { trigger: "button.o_switch_view.o_list", run: "click" },
    { trigger: ".o_list_view .o_list_renderer" },
];

/** Open a report: the chart, the table and, if it has one, the list. */
const openReport = (name, title, hasList = true) => [
    ...openAction(name),
    { trigger: `.o_breadcrumb:contains("${title}")` },
    { trigger: ".o_graph_view .o_graph_renderer, .o_graph_view .o_view_nocontent" },
    { trigger: "button.o_switch_view.o_pivot", run: "click" },
    { trigger: ".o_pivot_view" },
    ...(hasList ? openList() : []),
];

tours.add("payment_reminders_reports", {
    steps: () => [
        ...openMenu("payment_reminder_reporting_menu"),
        {
            content: "The dashboard shows what was sent",
            trigger: ".o_field_widget[name=body] td:contains('1,000.00')",
        },
        ...openReport("payment_reminder_report_overdue_action", "Open by Age"),
        { trigger: ".o_list_view .o_data_row:contains('Nordlys')" },
        ...openReport("payment_reminder_case_report_action", "Cases by State"),
        ...openReport("payment_reminder_report_step_action", "Money after Each Step"),
        ...openReport("payment_reminder_report_promise_action", "Promised and Paid", false),
        ...openReport("payment_reminder_report_claim_action", "Fees and Interest"),
        ...openReport(
            "payment_reminder_report_question_action",
            "Questions and Answers",
            false
        ),
        ...openReport("payment_reminder_report_nudge_action", "Effect of Nudges"),
        ...openAction("payment_reminder_month_end_action"),
        {
            content: "The month-end sheet has its sections",
            trigger: ".o_field_widget[name=body] h3:contains('Proposal of doubtful debts')",
        },
        { trigger: "button[name=action_export]" },
    ],
});

tours.add("payment_reminders_what_if", {
    steps: () => [
        ...openAction("payment_reminder_simulation_action"),
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: "button[name=action_run]", run: "click" },
        {
            content: "It runs in the background and can be stopped",
            trigger: ".o_field_widget[name=progress]",
        },
        { trigger: "button[name=action_stop]", run: "click" },
        { trigger: ".o_arrow_button_current:contains('Stopped')" },
    ],
});

tours.add("payment_reminders_what_if_done", {
    steps: () => [
        { trigger: ".o_field_widget[name=summary] th:contains('Reminder 1')" },
        { trigger: "button[name=action_view_notices]", run: "click" },
        { trigger: ".o_graph_view .o_graph_renderer" },
        { trigger: "button.o_switch_view.o_pivot", run: "click" },
        { trigger: ".o_pivot_view" },
        ...openList(),
    ],
});

tours.add("payment_reminders_ladder", {
    steps: () => [
        { trigger: ".o_field_widget[name=timeline] li:contains('Final notice')" },
        { trigger: "button[name=action_open_move_wizard]", run: "click" },
        {
            content: "Who is concerned by the change",
            trigger: ".modal .o_data_row:contains('Nordlys')",
        },
        { trigger: ".modal input[data-value=move]", run: "click" },
        { trigger: ".modal .o_data_row [name=then_step_id]:contains('Reminder 1')" },
        { trigger: ".modal button[name=action_confirm]", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});
