import { expect, test } from "@odoo/hoot";
import { animationFrame, queryAllTexts } from "@odoo/hoot-dom";
import { contains, makeMockEnv, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { ReminderHealth } from "@payment_reminders/health/health";

defineMailModels();

const fix = (label, more) => ({ label, url: "mailto:a@x.example", ...more });
const PROBLEMS = [
    { code: "logo", text: "No logo", fixes: [fix("Add")], can_leave: true },
    {
        code: "rate:lending:2026-07-01",
        text: "No rate",
        fixes: [fix("Form", { is_entered: true }), fix("What was read")],
        can_leave: false,
        rate: { reference_id: 3, date: "2026-07-01", url: "https://x.example", label: "Lending" },
    },
];

test("a rate is entered in its line, and the list is read anew", async () => {
    let problems = PROBLEMS;
    onRpc("res.company", "get_reminder_health", () => problems);
    onRpc("res.company", "enter_reminder_rate", ({ kwargs }) => {
        expect.step(`${kwargs.reference_id} ${kwargs.date} ${kwargs.text}`);
        problems = PROBLEMS.slice(0, 1);
        return true;
    });
    await makeMockEnv();
    await mountWithCleanup(ReminderHealth, { props: { only: ["rate"] } });
    expect("li").toHaveCount(1);
    expect("li a.btn-secondary").toHaveCount(1, { message: "the form has the same field" });
    expect("a[href='https://x.example']").toHaveCount(1);
    expect("input").toHaveAttribute("aria-label", "Lending");
    await contains("input").edit("2,05", { confirm: false });
    await contains("button[type=submit]").click();
    await animationFrame();
    expect.verifySteps(["3 2026-07-01 2,05"]);
    expect("li").toHaveCount(0);
});

test("kinds are hidden, whatever stands after the colon", async () => {
    onRpc("res.company", "get_reminder_health", () => PROBLEMS);
    await makeMockEnv();
    await mountWithCleanup(ReminderHealth, { props: { hidden: ["rate"] } });
    expect(queryAllTexts("li span")).toEqual(["No logo"]);
});
