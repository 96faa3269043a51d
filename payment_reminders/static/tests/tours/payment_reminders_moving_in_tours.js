import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("payment_reminders_moving_in", {
    steps: () => [
        { trigger: ".o_view_nocontent:contains('Nothing was taken over yet')" },
        { trigger: ".o_list_buttons button:contains('Take Over Earlier Reminders'), .o_control_panel button:contains('Take Over Earlier Reminders')", run: "click" },
        { trigger: ".modal .o_field_widget[name=source] input:checked" },
        { trigger: ".modal .o_field_widget[name=source] label:contains('Payment Follow-up')" },
        { trigger: ".modal button[name=action_read]", run: "click" },
        { trigger: ".modal .o_field_widget[name=summary]:contains('3 rows can be taken over, 0 are left out')" },
        { trigger: ".modal .o_data_row:contains('10001') [name=step]:contains('Reminder 2')" },
        { trigger: ".modal .nav-link:contains('Steps')", run: "click" },
        { trigger: ".modal .o_data_row:contains('Third Reminder'):contains('Final notice')" },
        { trigger: ".modal button[name=action_take_over]", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_view h1:contains('Payment Follow-up')" },
        { trigger: ".o_data_row:contains('Two reminders ApS')" },
        { trigger: ".o_form_view button[name=action_undo]", run: "click" },
        { trigger: ".modal footer .btn-primary", run: "click" },
        { trigger: ".o_view_nocontent:contains('Nothing was taken over yet')" },
    ],
});
