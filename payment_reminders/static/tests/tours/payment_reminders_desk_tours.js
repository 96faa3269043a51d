import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const PANE = ".o_payment_reminder_pane";
const shows = (customer) => `${PANE}:has(h2:contains("${customer}")):has(iframe)`;
const press = (key, customer) => ({ trigger: shows(customer), run: `press ${key}` });
const undoOf = (text) => ({
    trigger: `.o_notification:contains("${text}") button:contains("Undo")`,
});
const fillReason = {
    trigger: ".modal .o_field_widget[name=reason] input",
    run: "edit They call back",
};
const untilClosed = { trigger: "body:not(:has(.modal))" };

/** How many notices the first tour approves, with one key each. */
const NOTICES = 5;
let keys = 0;
const countKey = () => {
    keys += 1;
};

tours.add("payment_reminders_desk_approve", {
    steps: () => [
        {
            trigger: shows("Customer 0"),
            run: () => {
                document.addEventListener("keydown", countKey, true);
                for (const cell of document.querySelectorAll(".o_data_row td[name=partner_id]")) {
                    if (cell.scrollWidth > cell.clientWidth) {
                        throw new Error(`cut: ${cell.textContent}`);
                    }
                }
            },
        },
        ...Array.from({ length: NOTICES }, (_value, number) => press("a", `Customer ${number}`)),
        {
            trigger: `${PANE} .o_payment_reminder_count:contains("Nothing waits for you")`,
            run: () => {
                if (keys !== NOTICES) {
                    throw new Error(`${keys} keys for ${NOTICES} notices`);
                }
            },
        },
    ],
});

tours.add("payment_reminders_desk_keys", {
    steps: () => [
        press("j", "Customer 0"),
        press("k", "Customer 1"),
        press("e", "Customer 0"),
        { trigger: `${PANE} .o_payment_reminder_words textarea`, run: "edit Dear Anna" },
        {
            trigger: `${PANE} .o_payment_reminder_words textarea`,
            run: "press Control+Enter",
        },
        undoOf("The words of Customer 0 are saved."),
        press("ArrowDown", "Customer 0"),
        press("h", "Customer 1"),
        fillReason,
        { trigger: ".modal .o_field_widget[name=reason] input", run: "press alt+q" },
        untilClosed,
        undoOf("Customer 1 is on hold."),
        press("s", "Customer 2"),
        { trigger: ".modal .o_field_widget[name=date] input, .modal .o_field_widget[name=date] button" },
        { trigger: ".modal footer", run: "press alt+q" },
        untilClosed,
        undoOf("Customer 2 is snoozed until"),
        press("u", "Customer 3"),
        press("j", "Customer 2"),
        press("a", "Customer 3"),
        undoOf("Customer 3"),
        {
            trigger: ".o_data_row .o_data_cell[name=partner_id]:contains('Customer 0')",
            run: "click",
        },
        press("a", "Customer 0"),
        undoOf("Customer 0"),
        { trigger: `body:not(:has(${shows("Customer 0")})) ${PANE}`, run: "press u" },
        press("o", "Customer 0"),
        { trigger: ".o_form_view:contains('Customer 0')" },
    ],
});

tours.add("payment_reminders_bar", {
    steps: () => [
        {
            content: "Come from another app by a link, as of a mail",
            trigger: ".o_menu_brand:contains('Discuss')",
            run: () => {
                window.location.href = "/odoo/payment-reminders";
            },
            expectUnloadPage: true,
        },
        { trigger: ".o_menu_brand:contains('Invoicing')" },
        { trigger: ".o_data_row" },
    ],
});
