import { expect, test } from "@odoo/hoot";
import { defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

class Money extends models.Model {
    _name = "money";

    amount = fields.Float();

    _records = [{ id: 1, amount: 2 }];
}

defineMailModels();
defineModels([Money]);

const ARCHES = {
    list: `<list js_class="payment_reminder_uncounted_list"><field name="amount"/></list>`,
    pivot: `<pivot js_class="payment_reminder_uncounted_pivot">
        <field name="amount" type="measure"/></pivot>`,
    graph: `<graph js_class="payment_reminder_uncounted_graph">
        <field name="amount" type="measure"/></graph>`,
};

for (const [type, arch] of Object.entries(ARCHES)) {
    test(`a ${type} says what it leaves out, and nothing if that is nothing`, async () => {
        let uncounted = "Not counted: 2";
        onRpc("payment.reminder.dashboard", "get_uncounted", () => uncounted);
        await mountView({ type, resModel: "money", arch });
        expect(".o_payment_reminder_uncounted").toHaveText("Not counted: 2");
        uncounted = "";
        await mountView({ type, resModel: "money", arch });
        expect(".o_payment_reminder_uncounted").toHaveCount(1);
    });
}
