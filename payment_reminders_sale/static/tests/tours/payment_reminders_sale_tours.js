import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const BANNER = ".o_payment_reminder_order";

tours.add("payment_reminders_sale_stopped", {
    steps: () => [
        { trigger: `${BANNER}[role=alert]:contains('Nordlys ApS got the final notice')` },
        { trigger: `${BANNER}:contains('Only a manager can confirm this order.')` },
        {
            content: "Who has no right on cases has no link to one",
            trigger: `${BANNER}:not(:has(button[name=action_open_reminder_case]))`,
        },
        { trigger: "button[name=action_confirm]", run: "click" },
        { trigger: ".modal:contains('a payment frees it at once')" },
        { trigger: ".modal footer button", run: "click" },
        { trigger: ".o_arrow_button_current:contains('Quotation')" },
    ],
});

tours.add("payment_reminders_sale_freed", {
    steps: () => [
        { trigger: `.o_form_view .o_field_widget[name=partner_id]` },
        { trigger: `.o_form_view:not(:has(${BANNER}:visible))` },
        { trigger: "button[name=action_confirm]", run: "click" },
        { trigger: ".o_arrow_button_current:contains('Sales Order')" },
    ],
});
