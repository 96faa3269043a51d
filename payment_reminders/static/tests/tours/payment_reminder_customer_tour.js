import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

function attach(input, name, text) {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name, { type: "application/pdf" }));
    input.files = transfer.files;
}

tours.add("payment_reminder_customer_asks", {
    steps: () => [
        {
            content: "Read what is open",
            trigger: ".o_payment_reminder_page .h2:contains('1,000.00')",
        },
        {
            content: "Ask about it",
            trigger: ".d-lg-none a:contains('Ask or tell us something')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Say what it is about",
            trigger: "#reminder_kind_delivery",
            run: "click",
        },
        {
            content: "Tell more",
            trigger: "#reminder_description",
            run: "edit Box 3 is missing.",
        },
        {
            content: "Attach a proof",
            trigger: "#reminder_files",
            run({ anchor }) {
                attach(anchor, "proof.pdf", "%PDF-1.7 proof");
            },
        },
        {
            content: "Send it",
            trigger: ".o_payment_reminder_ask button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "See that nothing more is sent meanwhile",
            trigger: "#questions .alert:contains('Until then we send you no reminder')",
        },
        {
            content: "See the own message with its file",
            trigger: "#questions .list-group-item:contains('proof.pdf')",
        },
    ],
});

tours.add("payment_reminder_customer_proposes", {
    steps: () => [
        {
            content: "Read the answer",
            trigger: ".o_payment_reminder_history .list-group-item:contains('It was in the second parcel')",
        },
        {
            content: "See the file that came with it",
            trigger: ".o_payment_reminder_history .list-group-item a:contains('delivery.pdf')",
        },
        {
            content: "See that there is time to act",
            trigger: "#questions p:contains('We send you no reminder before')",
        },
        {
            content: "Ask for time",
            trigger: ".d-lg-none a:contains('I need more time')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "In four parts",
            trigger: "#reminder_plan_count",
            run: "edit 4",
        },
        {
            content: "See them",
            trigger: "button:contains('Show the instalments')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Propose them",
            trigger: ".o_payment_reminder_propose:contains('250.00') button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "See that it has arrived",
            trigger: "#plans .alert:contains('Thank you for your proposal')",
        },
    ],
});

tours.add("payment_reminder_customer_pays", {
    steps: () => [
        {
            content: "Pay the first instalment",
            trigger: ".o_payment_reminder_plan li:first-child a:contains('Pay')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Choose the way of paying",
            trigger: "#o_payment_form input[name='o_payment_radio']",
            run: "click",
        },
        {
            content: "Pay",
            trigger: "button[name='o_payment_submit_button']:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "See it counted",
            trigger: ".o_payment_reminder_plan li:first-child .badge:contains('Paid')",
            timeout: 30000,
        },
    ],
});

// Answers that need no person: the page says what was done, and that nothing comes.
tours.add("payment_reminder_customer_wants_invoice", {
    steps: () => [
        {
            content: "Ask for the invoice",
            trigger: ".d-lg-none a:contains('Send me the invoice')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Read where it goes, and send it",
            trigger: ".o_payment_reminder_ask button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "See that it is done",
            trigger:
                "#questions .alert-success:contains('We have sent the invoice to the e-mail address')",
        },
        {
            content: "See that there is time",
            trigger: "#questions p:contains('We send you no reminder before')",
        },
    ],
});

tours.add("payment_reminder_customer_gives_number", {
    steps: () => [
        {
            content: "A number is needed",
            trigger: ".d-lg-none a:contains('purchase-order or reference number')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Type it",
            trigger: "#reminder_reference",
            run: "edit PO 4500012345",
        },
        {
            content: "Send it",
            trigger: ".o_payment_reminder_ask button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "See that it is on the invoice",
            trigger: "#questions .alert-success:contains('PO 4500012345')",
        },
    ],
});
