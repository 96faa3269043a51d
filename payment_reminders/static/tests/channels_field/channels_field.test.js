import { mailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Step extends models.Model {
    _name = "payment.reminder.step";

    channels = fields.Char();

    _records = [
        { id: 1, channels: "email, sms" },
        { id: 2, channels: "pigeon" },
        { id: 3, channels: false },
    ];
}

/** The last but one is of an addon, the last of one that is gone. */
class Delivery extends models.Model {
    _name = "payment.reminder.delivery";

    channel = fields.Selection({
        selection: [
            ["email", "E-mail"],
            ["sms", "SMS"],
            ["kivra", "Kivra"],
            ["other", "Another way"],
        ],
    });

    /** The server of tests cannot leave attributes out. */
    fields_get(names) {
        return super.fields_get(names);
    }
}

defineModels({ ...mailModels, Step, Delivery });

const CHOSEN = ".badge.bg-info-subtle";
const OFFERED = ".badge.bg-transparent";

function show(resId, readonly = "") {
    return mountView({
        resModel: "payment.reminder.step",
        resId,
        type: "form",
        arch: `<form><field name="channels" widget="payment_reminder_channels" ${readonly}/></form>`,
    });
}

test("the ways that are installed are offered, by their names", async () => {
    await show(1);
    expect(queryAllTexts(CHOSEN)).toEqual(["E-mail", "SMS"]);
    expect(queryAllTexts(OFFERED)).toEqual(["+ Kivra"]);
});

test("one is added as the last, and taken out again", async () => {
    await show(1);
    await contains(OFFERED).click();
    expect(queryAllTexts(CHOSEN)).toEqual(["E-mail", "SMS", "Kivra"]);
    expect(OFFERED).toHaveCount(0);
    await contains(`${CHOSEN}:first button`).click();
    expect(queryAllTexts(CHOSEN)).toEqual(["SMS", "Kivra"]);
    await contains(".o_form_button_save").click();
    expect(queryAllTexts(CHOSEN)).toEqual(["SMS", "Kivra"]);
    expect(queryAllTexts(OFFERED)).toEqual(["+ E-mail"]);
});

test("one that is not known keeps its code, and none is none", async () => {
    await show(2);
    expect(queryAllTexts(CHOSEN)).toEqual(["pigeon"]);
    expect(queryAllTexts(OFFERED)).toEqual(["+ E-mail", "+ SMS", "+ Kivra"]);
});

test("who may only read can press nothing", async () => {
    await show(1, 'readonly="1"');
    expect(queryAllTexts(CHOSEN)).toEqual(["E-mail", "SMS"]);
    expect(".o_field_widget button").toHaveCount(0);
});
