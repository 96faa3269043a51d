import { mailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { press, queryAll, queryFirst, queryOne, waitFor } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

const STATES = [
    ["proposed", "To approve"],
    ["approved", "Approved"],
    ["held", "Held"],
];

class Reminder extends models.Model {
    _name = "payment.reminder";

    name = fields.Char();
    state = fields.Selection({ selection: STATES });
    fix = fields.Json();

    _records = [
        { id: 1, name: "Anna", state: "proposed", fix: { label: "Approve", method: "action_approve" } },
        { id: 2, name: "Bent", state: "proposed", fix: { label: "Approve", method: "action_approve" } },
        { id: 3, name: "Carl", state: "held", fix: { label: "Add Address", method: "x", why: "No address" } },
        { id: 4, name: "Dina", state: "proposed", fix: { label: "Approve", method: "action_approve" } },
    ];
}

defineModels({ ...mailModels, Reminder });

const ARCH = `<list js_class="payment_reminder_queue" create="0">
    <field name="name"/><field name="state"/><field name="fix" widget="payment_reminder_fix"/>
</list>`;
let asked;

function makePane(env, id) {
    const [record] = env["payment.reminder"].browse(id);
    return {
        id,
        customer: record.name,
        contact: "",
        phone: "+45 33",
        email: "",
        step: "First reminder",
        kind: "reminder",
        state: record.state,
        status: record.state,
        leaves: "Mon 08:00",
        days: 3,
        invoices: 2,
        channel: "E-mail",
        total: "100.00 DKK",
        figures: [{ label: "Overdue", amount: "100.00 DKK" }],
        snoozed: "",
        words: "",
        can_approve: record.state === "proposed",
        can_hold: record.state !== "held",
        can_snooze: true,
        can_word: true,
        obstacles: record.state === "held" ? ["No usable address."] : [],
        fixes: [],
        contacts: [],
        message: {
            to: "a@x.example",
            subject: "Hello",
            body: `<p>Dear ${record.name}</p><script>window.parent.pwned = 1</script><img src="x" onerror="parent.pwned = 2">`,
            sms: "",
            error: "",
        },
    };
}

beforeEach(() => {
    asked = [];
    onRpc("res.company", "get_reminder_setup", () => ({
        is_shown: false,
        steps: [],
        problems: [],
        backlog: "",
        halts: [],
    }));
    onRpc("res.company", "get_reminder_health", () => []);
    onRpc("payment.reminder", "get_desk_count", () => ({ left: 4, fix: 1 }));
    onRpc("payment.reminder", "get_desk_panes", function ({ args }) {
        asked.push(...args[0]);
        return args[0].map((id) => makePane(this.env, id));
    });
    onRpc("payment.reminder", "action_approve", function ({ args }) {
        const [record] = this.env["payment.reminder"].browse(args[0]);
        this.env["payment.reminder"].write(args[0], { state: "approved", fix: false });
        return record.name === "Dina"
            ? true
            : { params: { message: `${record.name} is approved.`, type: "success" } };
    });
    onRpc("payment.reminder", "action_undo_approve", function ({ args }) {
        this.env["payment.reminder"].write(args[0], { state: "proposed" });
        return true;
    });
});

const mountDesk = (more = {}) =>
    mountView({ type: "list", resModel: "payment.reminder", arch: ARCH, ...more });
const shows = (name) => waitFor(`.o_payment_reminder_pane h2:contains(${name})`);

test("the first notice is shown, and the next one is read meanwhile", async () => {
    await mountDesk();
    await shows("Anna");
    await animationFrame();
    expect(asked).toEqual([1, 2]);
    expect(".o_payment_reminder_count").toHaveText("4 left, 1 needs a fix");
    expect(".o_payment_reminder_shown").toHaveCount(1);
});

test("keys walk through the queue, one call a notice", async () => {
    await mountDesk();
    await shows("Anna");
    for (const [key, name] of [
        ["j", "Bent"],
        ["ArrowDown", "Carl"],
        ["j", "Dina"],
        ["j", "Dina"],
        ["k", "Carl"],
        ["ArrowUp", "Bent"],
    ]) {
        await press(key);
        await shows(name);
        await animationFrame();
    }
    expect([...asked].sort()).toEqual([1, 2, 3, 4]);
});

test("A approves and shows the next one; the message tells it and takes it back", async () => {
    await mountDesk();
    await shows("Anna");
    await press("a");
    await shows("Bent");
    await contains(".o_notification:contains(Anna is approved.) button:contains(Undo)").click();
    await shows("Anna");
    expect(".o_payment_reminder_pane button[name=action_approve]").toHaveCount(1);
});

test("what was done is told even where the server says nothing", async () => {
    await mountDesk();
    await shows("Anna");
    await contains(".o_data_row:contains(Dina) .o_data_cell[name=name]").click();
    await shows("Dina");
    await press("a");
    await waitFor(".o_notification:contains(approved: Dina. Leaves: Mon 08:00)");
});

test("A approves nothing that cannot be", async () => {
    await mountDesk();
    await shows("Anna");
    await press("j");
    await press("j");
    await shows("Carl");
    await press("a");
    await animationFrame();
    expect(".o_notification").toHaveCount(0);
    expect(".o_payment_reminder_obstacles").toHaveText("No usable address.");
});

test("keys that are typed into a field do nothing to the notice", async () => {
    await mountDesk();
    await shows("Anna");
    await press("e");
    await waitFor(".o_payment_reminder_words textarea:focus");
    await press("a");
    await animationFrame();
    await shows("Anna");
    expect(".o_notification").toHaveCount(0);
    await press("Escape");
    await animationFrame();
    expect(".o_payment_reminder_words").toHaveCount(0);
});

test("nothing of a message is run", async () => {
    await mountDesk();
    await shows("Anna");
    const frame = await waitFor(".o_payment_reminder_message iframe");
    expect(frame).toHaveAttribute("sandbox", "allow-same-origin");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(frame.contentDocument.body.textContent).toInclude("Dear Anna");
    expect(window.pwned).toBe(undefined);
});

test("a click shows, the name opens; without the pane a click opens", async () => {
    const opened = [];
    await mountDesk({ selectRecord: (id) => opened.push(id) });
    await shows("Anna");
    await contains(".o_data_row:contains(Carl) .o_data_cell[name=name]").click();
    await shows("Carl");
    expect(opened).toEqual([]);
    await contains(".o_payment_reminder_open").click();
    expect(opened).toEqual([3]);
    await contains(".o_payment_reminder_pane button[title^='Close']").click();
    expect(".o_payment_reminder_pane").toHaveCount(0);
    await contains(".o_data_row:contains(Bent) .o_data_cell[name=name]").click();
    expect(opened).toEqual([3, 2]);
    await contains(".o_payment_reminder_reopen").click();
    await shows("Carl");
});

test("selecting rows is Odoo's own", async () => {
    await mountDesk();
    await shows("Anna");
    await contains(".o_data_row:contains(Bent) .o_list_record_selector input").click();
    await contains(".o_data_row:contains(Dina) .o_data_cell[name=name]").click();
    expect(".o_data_row_selected").toHaveCount(2);
    await shows("Anna");
});

test("an empty queue has no pane", async () => {
    await mountDesk({ domain: [["id", "=", 0]], noContentHelp: "Nothing waits" });
    await animationFrame();
    expect(".o_payment_reminder_pane").toHaveCount(0);
    expect(asked).toEqual([]);
});

test("what to do is a button, with the reason", async () => {
    await mountDesk();
    await shows("Anna");
    const button = queryOne(".o_data_row:contains(Carl) .o_field_widget[name=fix] button");
    expect(button).toHaveText("Add Address");
    expect(button).toHaveAttribute("title", "No address");
    expect(queryAll(".o_field_widget[name=fix] button")).toHaveLength(4);
    await contains(queryFirst(".o_field_widget[name=fix] button")).click();
    await waitFor(".o_notification:contains(Anna is approved.)");
    await waitFor(".o_data_row:contains(Anna) .o_field_widget[name=fix]:contains(Approved)");
});
