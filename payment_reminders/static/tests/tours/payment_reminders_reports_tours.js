import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const openList = () => [
    { trigger: "button.o_switch_view.o_list", run: "click" },
    { trigger: ".o_list_view .o_list_renderer" },
];

const DASHBOARD = ".o_payment_reminder_dashboard";

const backToDashboard = () => [
    { trigger: ".breadcrumb-item:contains('Dashboard'), .o_back_button", run: "click" },
    { trigger: `${DASHBOARD} .card` },
];

/** Open what is behind a card, and come back. */
const openCard = (code, title) => [
    { trigger: `${DASHBOARD} .o_payment_reminder_card_${code} .stretched-link`, run: "click" },
    { trigger: `.o_breadcrumb:contains("${title}")` },
    { trigger: ".o_list_view .o_list_renderer, .o_list_view .o_view_nocontent" },
    ...backToDashboard(),
];

/** Open a report from the dashboard: the chart, the table and, if it has one, the list. */
const openReport = (name, title, hasList = true) => [
    { trigger: `${DASHBOARD} [data-report$='payment_reminder_${name}_action']`, run: "click" },
    { trigger: `.o_breadcrumb:contains("${title}")` },
    { trigger: ".o_graph_view .o_graph_renderer, .o_graph_view .o_view_nocontent" },
    { trigger: "button.o_switch_view.o_pivot", run: "click" },
    { trigger: ".o_pivot_view" },
    ...(hasList ? openList() : []),
    ...backToDashboard(),
];

tours.add("payment_reminders_dashboard", {
    steps: () => [
        { trigger: `${DASHBOARD} .o_payment_reminder_card_overdue:contains('1,000')` },
        ...openCard("overdue", "Overdue"),
        ...openCard("doubtful", "Doubtful"),
        ...openCard("waiting", "Waiting for you"),
        ...openCard("received", "Came in within 30 days"),
        ...openCard("promised", "Promised"),
        ...openCard("days_of_sales", "Days sales outstanding"),
        { trigger: `${DASHBOARD} .o_payment_reminder_chart_ageing canvas` },
        { trigger: `${DASHBOARD} .o_payment_reminder_chart_debtors canvas` },
        {
            content: "Each bar is a button, for whoever uses no mouse",
            trigger: `${DASHBOARD} .o_payment_reminder_chart_debtors li button`,
            run: ({ anchor }) => anchor.click(),
        },
        { trigger: ".o_list_view .o_data_row:contains('Nordlys') [name=date_due]", run: "click" },
        {
            content: "A row opens its case",
            trigger: ".o_form_view .o_field_widget[name=partner_id]:contains('Nordlys')",
        },
        { trigger: ".breadcrumb-item:contains('Dashboard')", run: "click" },
        {
            content: "Whether reminders helped: who is behind a bar of days",
            trigger: `${DASHBOARD} .o_payment_reminder_chart_effect li button:contains('beyond terms: 10.0')`,
            run: ({ anchor }) => anchor.click(),
        },
        { trigger: ".o_list_view .o_data_row:contains('Nordlys') [name=days]:contains('10.0')" },
        { trigger: ".breadcrumb-item:contains('Dashboard')", run: "click" },
        {
            content: "Another time is read anew",
            trigger: `${DASHBOARD} select:eq(0)`,
            run: "select 30",
        },
        { trigger: `${DASHBOARD} .o_payment_reminder_card_overdue:contains('1,000')` },
    ],
});

tours.add("payment_reminders_reports", {
    steps: () => [
        ...openReport("report_overdue", "Open by Age"),
        ...openReport("case_report", "Cases by State"),
        ...openReport("report_step", "Money after Each Step"),
        ...openReport("report_promise", "Promised and Paid"),
        ...openReport("report_claim", "Fees and Interest"),
        ...openReport("report_question", "Questions and Answers", false),
        ...openReport("report_terms", "Days beyond Terms"),
        {
            trigger: `${DASHBOARD} [data-report$='payment_reminder_month_end_action']`,
            run: "click",
        },
        {
            content: "The month-end sheet has its sections",
            trigger: ".o_field_widget[name=body] h3:contains('Proposal of doubtful debts')",
        },
        { trigger: "body:not(:has(.o_form_status_indicator_buttons))" },
        { trigger: "button[name=action_print]" },
        { trigger: "button[name=action_export]" },
    ],
});

tours.add("payment_reminders_what_if", {
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        {
            content: "Other days than those of the ladder",
            trigger: ".o_field_widget[name=change_ids] .o_data_row:eq(1) [name=delay_days]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=change_ids] .o_selected_row [name=delay_days] input",
            run: "edit 14",
        },
        { trigger: "button[name=action_run]", run: "click" },
        {
            content: "It runs in the background and can be stopped",
            trigger: ".o_field_widget[name=progress]",
        },
        { trigger: "button[name=action_stop]", run: "click" },
        { trigger: ".o_arrow_button_current:contains('Stopped')" },
    ],
});

tours.add("payment_reminders_what_if_ends", {
    steps: () => [
        {
            content: "The scheduler takes it up",
            trigger: "body:has(.o_arrow_button_current:contains('Running'))",
            run: async () => {
                const call = (model, method, args) =>
                    rpc(`/web/dataset/call_kw/${model}/${method}`, { model, method, args, kwargs: {} });
                const name = [["code", "ilike", "_cron_simulate"]];
                const ids = await call("ir.cron", "search", [name]);
                await call("ir.cron", "method_direct_trigger", [ids]);
            },
        },
        { trigger: ".o_arrow_button_current:contains('Done')" },
        { trigger: ".o_field_widget[name=summary] caption:contains('Notices by step')" },
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
        { trigger: ".modal .o_data_row [name=then_date]:not(:empty)" },
        { trigger: ".modal button[name=action_confirm]", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        {
            content: "What was decided is not asked again",
            trigger: ".o_form_view:not(:has(.alert-warning button[name=action_open_move_wizard]))",
        },
        { trigger: ".o_field_widget[name=step_ids] button[name=action_preview]", run: "click" },
        {
            content: "What a Danish customer reads",
            trigger: ".modal .o_field_widget[name=body]:contains('Du skylder')",
        },
        { trigger: ".modal button[name=action_open_mail]", run: "click" },
        { trigger: ".o_form_view .alert:contains('Danish')" },
        {
            content: "It is opened in that language",
            trigger: ".o_form_view .o_field_widget[name=subject] :value(Rykker)",
        },
    ],
});
