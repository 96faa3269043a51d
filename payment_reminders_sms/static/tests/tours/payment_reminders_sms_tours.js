import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("payment_reminders_sms_answer", {
    steps: () => [
        {
            content: "What the customer wrote by SMS",
            trigger: ".o_form_view .o_field_widget[name=description] textarea:value(betalt)",
        },
        { trigger: "button[name=action_open_answer_wizard]", run: "click" },
        { trigger: ".modal .o_field_widget[name=answer] textarea", run: "edit Thank you, we see it." },
        { trigger: ".modal button[name=action_answer]", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name=answer]" },
    ],
});
