import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");

tours.add("payment_reminders_kivra_choose", {
    steps: () => [
        {
            content: "The first step is edited",
            trigger: ".o_field_widget[name=step_ids] .o_data_row:first-child .o_data_cell[name=channels]",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_payment_reminder_channels button:contains('Kivra')",
            run: "click",
        },
        {
            content: "It is the last way of this step, and can be taken out",
            trigger: ".o_selected_row .o_field_payment_reminder_channels .badge:contains('Kivra') .oi-close",
        },
        ...stepUtils.saveForm(),
    ],
});

tours.add("payment_reminders_kivra_ask", {
    steps: () => [
        { trigger: ".alert:contains('Nobody knows whether Kivra took it')" },
        { trigger: "button[name=action_ask_service]", run: "click" },
        { trigger: ".o_statusbar_status button.o_arrow_button_current:contains('Sent')" },
        { trigger: ".o_form_view:not(:has(button[name=action_ask_service]))" },
    ],
});
