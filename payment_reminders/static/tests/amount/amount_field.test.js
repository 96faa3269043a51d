import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { currencies } from "@web/core/currency";
import { localization } from "@web/core/l10n/localization";
import { formatReminderAmount } from "@payment_reminders/amount/amount_field";

describe.current.tags("headless");

beforeEach(() => {
    patchWithCleanup(localization, { decimalPoint: ".", thousandsSep: ",", grouping: [3, 0] });
    patchWithCleanup(currencies, {
        908: { name: "DKK", symbol: "kr", position: "before", digits: [69, 2] },
    });
});

test("an amount goes by the code of its currency", () => {
    expect(formatReminderAmount(1234.5, { currencyId: 908 })).toBe("1,234.50\u00a0DKK");
    const data = { currency_id: { id: 908 } };
    expect(formatReminderAmount(2, { data })).toBe("2.00\u00a0DKK");
});

test("nothing is no amount, and an amount without a currency has no code", () => {
    expect(formatReminderAmount(false, { currencyId: 908 })).toBe("");
    expect(formatReminderAmount(2)).toBe("2.00");
    expect(formatReminderAmount(2, { currencyId: 908, noSymbol: true })).toBe("2.00");
});
