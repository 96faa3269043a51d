import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
// Of Odoo's generic chart: what is offered before it is entered is another.
const LOSS = "Cash Difference Loss";

const gone = (rest = "") => ({ trigger: `body:not(:has(.modal)) ${rest}`.trim() });
const openDialog = [
    { trigger: ".o_cp_action_menus button:contains('Actions'), .o_cp_action_menus .fa-cog, .o_control_panel .fa-cog", run: "click" },
    { trigger: ".o-dropdown--menu .o_menu_item:contains('Hand Over to Collection')", run: "click" },
    { trigger: ".modal .o_field_widget[name=provider]" },
];
const chooseAmili = [
    { trigger: ".modal .o_field_widget[name=provider] input", run: "click" },
    { trigger: ".o_select_menu_item:contains('Visma Amili')", run: "click" },
    { trigger: ".modal:contains('decided by Amili, by its rules')" },
];
const openGuide = [
    ...openDialog,
    ...chooseAmili,
    { trigger: ".modal .alert:contains('not switched on yet')" },
    { trigger: ".modal button[name=action_open_amili_guide]", run: "click" },
];
const next = { trigger: ".modal button[name=action_next]", run: "click" };

tours.add("payment_reminders_amili_activation_key", {
    steps: () => [
        ...openGuide,
        { trigger: ".modal h4:contains('Amili does')" },
        { trigger: ".modal .o_field_widget[name=is_accepted] input", run: "click" },
        next,
        { trigger: ".modal button[name=action_make_key]", run: "click" },
        { trigger: ".modal .o_field_widget[name=public_key]:contains('BEGIN PUBLIC KEY')" },
        { trigger: ".modal .o_field_widget[name=mail_text]:contains('register this public key')" },
        { trigger: ".modal footer button:contains('Close')", run: "click" },
        gone(),
    ],
});

tours.add("payment_reminders_amili_activation_rest", {
    steps: () => [
        // Where it was left.
        ...openGuide,
        { trigger: ".modal .o_field_widget[name=api_code] input", run: "edit demo-code-of-nobody" },
        next,
        { trigger: ".modal button[name=action_test]", run: "click" },
        { trigger: ".modal .alert:contains('The connection works')" },
        { trigger: ".modal .o_field_widget[name=account_id] input:value('Konto')" },
        { trigger: ".modal .o_field_widget[name=creditor_id] input", run: "click" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Vilande Bolaget')", run: "click" },
        { trigger: ".modal .text-danger:contains('not active at Amili')" },
        { trigger: ".modal .o_field_widget[name=creditor_id] input", run: "edit Fiktiva" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Fiktiva Bolaget')", run: "click" },
        { trigger: ".modal .o_field_widget[name=creditor_payout]:contains('991-2346')" },
        next,
        { trigger: ".modal .o_field_widget[name=default_description] input", run: "edit Konsultarvode" },
        next,
        { trigger: ".modal button[name=action_try]", run: "click" },
        { trigger: ".modal .alert:contains('was registered as case')" },
        { trigger: ".modal button[name=action_switch_on]", run: "click" },
        gone(".o_notification:contains('can be handed over to Amili now')"),
    ],
});

tours.add("payment_reminders_amili_many", {
    steps: () => [
        { trigger: ".o_list_view thead .o_list_record_selector input", run: "click" },
        ...openDialog,
        ...chooseAmili,
        // What is in the way is asked anew for another way, before anybody confirms it.
        { trigger: ".modal button[name=action_check_again]", run: "click" },
        { trigger: ".modal .o_field_widget[name=summary]:contains('2 of 3 invoices')" },
        { trigger: ".modal .o_field_widget[name=needs_line_ids] .o_data_row:contains('street is missing')" },
        { trigger: ".modal .o_field_widget[name=needs_line_ids] .o_data_row button[name=action_fix]" },
        { trigger: ".modal button[name=action_hand_over]", run: "click" },
        { trigger: ".o_data_row:contains('Collection: waiting')" },
    ],
});

tours.add("payment_reminders_amili_one", {
    steps: () => [
        ...openDialog,
        // Suggested already: somebody chose so in the guide.
        { trigger: ".modal .o_field_widget[name=summary]:contains('1 of 1 invoices')" },
        { trigger: ".modal .o_data_row:contains('Storgatan 5')" },
        { trigger: ".modal button[name=action_hand_over]", run: "click" },
        { trigger: ".o_field_widget[name=state_label]:contains('Collection: waiting')" },
    ],
});

tours.add("payment_reminders_amili_status", {
    steps: () => [
        { trigger: "button[name=action_open_reminder_handover]:contains('Sent to Visma Amili')", run: "click" },
        { trigger: "button[name=action_open_service]" },
        { trigger: "button[name=action_read_now]", run: "click" },
        { trigger: ".o_field_widget[name=state_label]:contains('Collection')" },
        { trigger: ".o_field_widget[name=remaining_costs]:contains('240')" },
    ],
});

tours.add("payment_reminders_amili_end", {
    steps: () => [
        { trigger: "button[name=action_open_reminder_handover]", run: "click" },
        { trigger: "button[name=action_open_end_wizard]", run: "click" },
        { trigger: ".modal .o_field_widget[name=note] input", run: "edit Paid on Monday" },
        { trigger: ".modal button[name=action_confirm]", run: "click" },
        gone(".o_notification:contains('Ended')"),
    ],
});

tours.add("payment_reminders_amili_credit", {
    steps: () => [
        { trigger: "button[name=action_reverse]", run: "click" },
        { trigger: ".modal .alert:contains('is with Visma Amili')" },
        { trigger: ".modal .o_radio_item:contains('End the case there, and credit') input:checked" },
        { trigger: ".modal button[name=modify_moves]", run: "click" },
        gone(".o_arrow_button_current:contains('Draft')"),
    ],
});

tours.add("payment_reminders_amili_loss", {
    steps: () => [
        { trigger: "button[name=action_register_payment]", run: "click" },
        { trigger: ".modal .o_field_widget[name=amount] input", run: "edit 900 && press Tab" },
        { trigger: ".modal .o_radio_item:contains('Mark as fully paid') input", run: "click" },
        { trigger: ".modal .alert:contains('is with Visma Amili')" },
        { trigger: ".modal .o_field_widget[name=writeoff_account_id] input", run: `edit ${LOSS}` },
        { trigger: `.o-autocomplete--dropdown-item:contains(${LOSS})`, run: "click" },
        { trigger: ".modal .o_radio_item:contains('Leave it there') input", run: "click" },
        { trigger: ".modal button[name=action_create_payments]", run: "click" },
        gone(),
    ],
});
