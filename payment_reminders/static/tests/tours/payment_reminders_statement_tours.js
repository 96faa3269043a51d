import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("payment_reminders_statement_sent", {
    steps: () => [
        { trigger: ".o_form_view .o_cp_action_menus .fa-cog", run: "click" },
        {
            trigger: ".o-dropdown-item:contains('Send Statement of Account')",
            run: "click",
        },
        {
            content: "The PDF is there, addressed to the customer",
            trigger: ".modal .o_field_widget[name=attachment_ids]:contains('Statement of account Nordlys')",
        },
        { trigger: ".modal .o_field_widget[name=partner_ids]:contains('Nordlys')" },
        { trigger: ".modal button[name=action_send_mail]", run: "click" },
        { trigger: ".o-mail-Message:contains('what is open on your account')" },
    ],
});

tours.add("payment_reminders_statement_page", {
    steps: () => [
        {
            content: "The link brings a PDF of this customer alone",
            trigger: ".o_payment_reminder_statement:contains('Download a statement')",
            run: async ({ anchor }) => {
                const answer = await fetch(anchor.href);
                const start = await (await answer.blob()).slice(0, 4).text();
                if (!answer.ok || start !== "%PDF") {
                    throw new Error(`No PDF: ${answer.status}`);
                }
                const other = await fetch(anchor.href.replace(/access_token=.*/, "access_token=x"));
                if (other.status !== 404) {
                    throw new Error(`A wrong link opens it: ${other.status}`);
                }
            },
        },
        { trigger: "body:not(:has(.o_error_dialog))" },
    ],
});
