import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
// Of Odoo's generic chart: what is offered before it is entered is another.
const LOSS = "Cash Difference Loss";

const handOver = [
    { trigger: ".o_cp_action_menus button:contains('Actions'), .o_cp_action_menus .fa-cog", run: "click" },
    { trigger: ".o-dropdown--menu .o_menu_item:contains('Hand Over to Collection')", run: "click" },
];
const chooseService = [
    { trigger: ".modal .o_field_widget[name=service_id] input", run: "edit Nordic" },
    { trigger: ".o-autocomplete--dropdown-item:contains('Nordic Collect')", run: "click" },
    { trigger: ".modal .o_field_widget[name=service_id] input:value('Nordic Collect')" },
    { trigger: ".modal button[name=action_hand_over]", run: "click" },
];

tours.add("payment_reminders_handover_many", {
    steps: () => [
        { trigger: ".o_list_view thead .o_list_record_selector input", run: "click" },
        ...handOver,
        { trigger: ".modal .o_field_widget[name=summary]:contains('3 of 3 invoices')" },
        ...chooseService,
        { trigger: ".o_breadcrumb:contains('With Services'), .o_last_breadcrumb_item:contains('With Services')" },
        { trigger: ".o_data_row:contains('Sent to Nordic Collect')" },
    ],
});

tours.add("payment_reminders_handover_one", {
    steps: () => [
        { trigger: ".o_form_view .o_cp_action_menus button, .o_control_panel .fa-cog", run: "click" },
        { trigger: ".o-dropdown--menu .o_menu_item:contains('Hand Over to Collection')", run: "click" },
        ...chooseService,
        { trigger: "button[name=action_open_state_wizard]" },
        { trigger: ".o_field_widget[name=state_label]:contains('Sent to Nordic Collect')" },
    ],
});

tours.add("payment_reminders_handover_status", {
    steps: () => [
        { trigger: "button[name=action_open_reminder_handover]:contains('Sent to Nordic Collect')", run: "click" },
        { trigger: "button[name=action_open_state_wizard]", run: "click" },
        { trigger: ".modal .o_field_widget[name=state] input, .modal .o_field_widget[name=state] select", run: "click" },
        { trigger: ".o_select_menu_item:contains('Enforcement')", run: "click" },
        { trigger: ".modal .o_field_widget[name=note] input", run: "edit Their letter" },
        { trigger: ".modal button[name=action_confirm]", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_field_widget[name=state_label]:contains('Enforcement')" },
    ],
});

tours.add("payment_reminders_handover_end", {
    steps: () => [
        { trigger: "button[name=action_open_reminder_handover]", run: "click" },
        { trigger: "button[name=action_open_end_wizard]", run: "click" },
        { trigger: ".modal .alert:contains('tell it yourself')" },
        { trigger: ".modal .o_field_widget[name=note] input", run: "edit Paid on Monday" },
        { trigger: ".modal button[name=action_confirm]", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_notification:contains('Ended')" },
    ],
});

tours.add("payment_reminders_handover_credit", {
    steps: () => [
        { trigger: "button[name=action_reverse]", run: "click" },
        { trigger: ".modal .alert:contains('is with Nordic Collect')" },
        { trigger: ".modal .o_radio_item:contains('End the case there, and credit') input:checked" },
        { trigger: ".modal button[name=modify_moves]", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_arrow_button_current:contains('Draft')" },
    ],
});

tours.add("payment_reminders_handover_loss", {
    steps: () => [
        { trigger: "button[name=action_register_payment]", run: "click" },
        { trigger: ".modal .o_field_widget[name=amount] input", run: "edit 900 && press Tab" },
        { trigger: ".modal .o_radio_item:contains('Mark as fully paid') input", run: "click" },
        { trigger: ".modal .alert:contains('does not stop the case there')" },
        { trigger: ".modal .o_field_widget[name=writeoff_account_id] input", run: `edit ${LOSS}` },
        { trigger: `.o-autocomplete--dropdown-item:contains(${LOSS})`, run: "click" },
        { trigger: ".modal .o_radio_item:contains('Leave it there') input", run: "click" },
        { trigger: ".modal button[name=action_create_payments]", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});
