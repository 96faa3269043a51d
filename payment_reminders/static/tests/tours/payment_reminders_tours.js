import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const openQueue = { trigger: ".o_list_view, .o_view_nocontent" };
const openFirst = { trigger: ".o_payment_reminder_pane .o_payment_reminder_open", run: "click" };
const fillReason = (text) => ({
    trigger: ".modal .o_field_widget[name=reason] input",
    run: `edit ${text}`,
});
const confirmDialog = (label) => ({
    trigger: `.modal button[name=action_confirm]:contains("${label}")`,
    run: "click",
});
const untilClosed = { trigger: "body:not(:has(.modal))" };

tours.add("payment_reminders_first_run", {
    steps: () => [
        {
            content: "The panel leads to the set-up",
            trigger: ".o_payment_reminder_setup button:contains('Set Up')",
            run: "click",
        },
        {
            content: "The ladder of the country is chosen already",
            trigger: ".modal .o_field_widget[name=step_text]:contains('First reminder')",
        },
        { trigger: ".modal button:contains('Activate')", run: "click" },
        {
            content: "What was overdue before waits",
            trigger: ".modal footer button:contains('Look and Decide')",
            run: "click",
        },
        { trigger: ".modal .o_data_row:contains('Nordlys')" },
        { trigger: ".modal button:contains('Decide')", run: "click" },
        {
            trigger: "body:not(:has(.modal)) button:contains('Create Reminders')",
            run: "click",
        },
        { trigger: ".modal .o_field_widget[name=summary]:contains('1 reminder about')" },
        { trigger: ".modal .o_field_widget[name=skip_window] input", run: "check" },
        {
            trigger: ".modal .o_field_widget[name=window_note] input",
            run: "edit I know them",
        },
        { trigger: ".modal button[name=action_send]", run: "click" },
        { trigger: ".o_statusbar_status button.o_arrow_button_current:contains('Sent')" },
    ],
});

tours.add("payment_reminders_bulk", {
    steps: () => [
        openQueue,
        { trigger: "button:contains('Create Reminders')", run: "click" },
        { trigger: ".modal .o_field_widget[name=summary]:contains('200 reminders')" },
        { trigger: ".modal .o_field_widget[name=skip_window] input", run: "check" },
        {
            trigger: ".modal .o_field_widget[name=window_note] input",
            run: "edit I know them",
        },
        { trigger: ".modal button[name=action_send]", run: "click" },
        { trigger: ".o_form_view button[name=action_stop]" },
        { trigger: ".alert:contains('goes on in the background')" },
    ],
});

tours.add("payment_reminders_bulk_done", {
    steps: () => [
        { trigger: ".o_form_view .alert:contains('Done:')" },
        { trigger: ".o_field_widget[name=count_sent]:contains('200')" },
        { trigger: ".o_field_widget[name=progress]:contains('100')" },
    ],
});

tours.add("payment_reminders_day_of_a_rep", {
    steps: () => [
        openQueue,
        openFirst,
        {
            content: "A rep reads the message and may not approve",
            trigger:
                ".o_form_view:not(:has(button[name=action_approve])) .o_field_widget[name=preview_body] iframe",
        },
        { trigger: "button:contains('Hold…')", run: "click" },
        fillReason("I call them first"),
        confirmDialog("Hold"),
        untilClosed,
        { trigger: ".alert:contains('I call them first')" },
        { trigger: "button[name=action_release]", run: "click" },
        { trigger: "button:contains('Snooze…')", run: "click" },
        confirmDialog("Snooze"),
        untilClosed,
        { trigger: ".o_field_widget[name=leaves_text]:contains('snooze')" },
    ],
});

tours.add("payment_reminders_override", {
    steps: () => [
        { trigger: ".alert:contains('Snoozed')" },
        { trigger: "button[name=action_open_reminder_wizard]", run: "click" },
        { trigger: ".modal summary:contains('Options')", run: "click" },
        { trigger: ".modal .o_field_widget[name=is_override] input", run: "check" },
        {
            trigger: ".modal .o_field_widget[name=override_note] input",
            run: "edit They asked for it",
        },
        {
            trigger: ".modal .o_field_widget[name=override_note] input",
            run: "press Tab",
        },
        { trigger: ".modal .o_field_widget[name=skip_window] input", run: "check" },
        {
            trigger: ".modal .o_field_widget[name=window_note] input",
            run: "edit I know them",
        },
        { trigger: ".modal button[name=action_send]", run: "click" },
        { trigger: ".o_statusbar_status button.o_arrow_button_current:contains('Sent')" },
    ],
});

tours.add("payment_reminders_uncertain", {
    steps: () => [
        { trigger: ".o_data_row:first-child:contains('It Went Out')" },
        {
            trigger: ".o_payment_reminder_pane button[name=action_settle_sent]",
            run: "click",
        },
        { trigger: ".modal footer .btn-primary", run: "click" },
        { trigger: "body:not(:has(button[name=action_settle_sent]))" },
    ],
});

tours.add("payment_reminders_withdraw", {
    steps: () => [
        { trigger: "button:contains('Withdraw…')", run: "click" },
        fillReason("Our mistake"),
        confirmDialog("Withdraw"),
        { trigger: ".alert:contains('Our mistake')" },
    ],
});

/** Fail where the name of a customer does not fit into its cell. */
const checkNames = () => ({
    trigger: ".o_data_row .o_data_cell[name=partner_id]",
    run: () => {
        for (const cell of document.querySelectorAll(".o_data_cell[name=partner_id]")) {
            if (cell.scrollWidth > cell.clientWidth) {
                throw new Error(`${cell.textContent} is cut`);
            }
        }
    },
});
const openEntry = (name) => [
    {
        trigger:
            ".o_menu_sections [data-menu-xmlid='payment_reminders.payment_reminder_menu_root']",
        run: "click",
    },
    {
        trigger: `.dropdown-item[data-menu-xmlid='payment_reminders.${name}']`,
        run: "click",
    },
];

tours.add("payment_reminders_desk", {
    steps: () => [
        ...openEntry("payment_reminder_menu"),
        { trigger: ".o_breadcrumb:contains('To Do')" },
        { trigger: ".o_group_header:contains('Approve (1)')" },
        { trigger: ".o_group_header:contains('Answer a question (1)')" },
        {
            content: "Two kinds of kroner in one list are named",
            trigger: ".o_data_cell[name=amount]:contains('DKK')",
        },
        { trigger: ".o_data_cell[name=amount]:contains('NOK')" },
        checkNames(),
        {
            trigger: ".o_payment_reminder_links button:contains('Questions')",
            run: "click",
        },
        { trigger: ".o_breadcrumb:contains('Questions')" },
        checkNames(),
        ...openEntry("payment_reminder_case_menu"),
        { trigger: ".o_breadcrumb:contains('Cases')" },
        { trigger: ".o_data_cell[name=amount_claim]:contains('NOK')" },
        checkNames(),
        ...openEntry("payment_reminder_overdue_menu"),
        { trigger: ".o_breadcrumb:contains('Overdue Invoices')" },
        { trigger: ".o_data_row" },
    ],
});
