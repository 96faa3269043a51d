import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const card = (customer) => `.o_kanban_record:contains('${customer}')`;
const gone = (customer) => ({
    trigger: `.o_kanban_renderer:not(:has(.o_kanban_record:contains('${customer}')))`,
});
/** Open the dialog of a customer, and say how the call ended. */
const call = (customer, result) => [
    { trigger: `${card(customer)} .o_field_phone a[href^='tel:']` },
    { trigger: `${card(customer)} button[name=action_call]`, run: "click" },
    { trigger: ".modal .o_field_phone a[href^='tel:']" },
    { trigger: ".modal .o_field_widget[name=amount]:contains('100')" },
    { trigger: ".modal .o_field_widget[name=script]:contains('When will you pay')" },
    {
        trigger: `.modal .o_field_widget[name=result] label:contains('${result}')`,
        run: "click",
    },
];
const note = { trigger: ".modal button[name=action_note]", run: "click" };

tours.add("payment_reminders_call_results", {
    steps: () => [
        ...call("Customer 0", "Promised to pay"),
        { trigger: ".modal .o_field_widget[name=day]" },
        { trigger: ".modal .o_field_widget[name=consequence]:contains('promise is kept')" },
        note,
        gone("Customer 0"),
        ...call("Customer 1", "Asked a question"),
        {
            trigger: ".modal .o_field_widget[name=description] textarea",
            run: "edit Where are my goods?",
        },
        note,
        gone("Customer 1"),
        ...call("Customer 2", "Not reached"),
        { trigger: ".modal .o_field_widget[name=again_date]" },
        note,
        gone("Customer 2"),
        ...call("Customer 3", "Wrong number"),
        {
            trigger: ".modal .o_field_widget[name=other_phone] input",
            run: "edit +45 30 00 00 00",
        },
        note,
        { trigger: `${card("Customer 3")} .o_field_phone:contains('30 00 00 00')` },
    ],
});
