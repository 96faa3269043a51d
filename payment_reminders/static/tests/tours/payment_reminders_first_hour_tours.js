import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const MOST_CLICKS = 12;

const click = (trigger) => ({ trigger, run: "click" });
const ofServer = ".modal:has(.o_field_widget[name=smtp_host])";
const ofSetUp = ".modal:has(.o_field_widget[name=ladder_id])";

/** From Odoo's first page to the first reminder: no text, so that any language will do. */
const toFirstReminder = () => [
    click(".o_navbar_apps_menu button:enabled"),
    click(".o-dropdown--menu [data-menu-xmlid='account.menu_finance']"),
    click(".o_menu_sections [data-menu-xmlid='payment_reminders.payment_reminder_menu_root']"),
    click(".o-dropdown--menu [data-menu-xmlid='payment_reminders.payment_reminder_menu']"),
    click(".o_payment_reminder_setup button.btn-primary"),
    {
        content: "Each step says when it comes",
        trigger: `${ofSetUp} .o_field_widget[name=step_text] li:nth-child(4)`,
    },
    click(`${ofSetUp} li[data-code=mail_server] button`),
    { trigger: `${ofServer} .o_field_widget[name=name] input`, run: "edit Ours" },
    { trigger: `${ofServer} .o_field_widget[name=smtp_host] input`, run: "edit 127.0.0.1" },
    {
        trigger: `${ofServer} .o_field_widget[name=smtp_port] input`,
        async run(helpers) {
            // That of the mail server of the test, which is another each time.
            const port = await rpc("/web/dataset/call_kw/ir.config_parameter/get_param", {
                model: "ir.config_parameter",
                method: "get_param",
                args: ["payment_reminders.test_smtp_port"],
                kwargs: {},
            });
            await helpers.edit(port);
        },
    },
    click(`${ofServer} .o_form_button_save`),
    {
        content: "What is mended goes from the list",
        trigger: `${ofSetUp}:not(:has(li[data-code=mail_server]))`,
    },
    {
        trigger: `${ofSetUp} .o_field_widget[name=email] input`,
        run: "edit books@havn.example",
    },
    click(`${ofSetUp} .o_field_widget[name=backlog_choice] input[data-value=start]`),
    click(`${ofSetUp} button[name=action_confirm]`),
    {
        content: "It ends with the first reminder",
        trigger: ".modal .o_field_widget[name=result]:contains('Nordlys')",
    },
    click(".modal button[name=action_look]"),
];

/** Add a last step that fails when all of these take more clicks than they may. */
const counted = (steps) => [
    ...steps,
    {
        content: "So few clicks",
        trigger: "body",
        run() {
            const clicks = steps.filter(({ run }) => run === "click").length;
            if (clicks > MOST_CLICKS) {
                throw new Error(`${clicks} clicks, more than ${MOST_CLICKS}`);
            }
        },
    },
];

tours.add("payment_reminders_first_hour", {
    steps: () =>
        counted([
            ...toFirstReminder(),
            click(
                ".o_form_statusbar button:contains('Send without Waiting'), .o_form_statusbar button:contains('Send uden at vente')"
            ),
            {
                trigger: ".modal .o_field_widget[name=reason] input",
                run: "edit They know",
            },
            click(".modal button[name=action_confirm]"),
            { trigger: ".o_arrow_button_current[data-value=sent]" },
        ]),
});

tours.add("payment_reminders_first_hour_of_a_sunday", {
    steps: () =>
        counted([
            ...toFirstReminder(),
            click("button[name=action_open_reminder_wizard]"),
            click(".modal button[name=action_send]"),
            { trigger: "body:not(:has(.modal))" },
        ]),
});
