import { registry } from "@web/core/registry";
import { getCurrency } from "@web/core/currency";
import { nbsp } from "@web/core/utils/strings";
import { formatMonetary } from "@web/views/fields/formatters";
import { MonetaryField, monetaryField } from "@web/views/fields/monetary/monetary_field";

/**
 * @param {number} amount
 * @param {Object} options those of `formatMonetary`
 * @returns {string} the amount and the code of its currency, as in what customers get:
 *  "kr" is a word of three countries
 */
export function formatReminderAmount(amount, options = {}) {
    const field = options.currencyField || options.field?.currency_field || "currency_id";
    const known = options.currencyId || options.data?.[field];
    const currencyId = known?.id ?? known;
    const code = getCurrency(currencyId)?.name;
    const number = formatMonetary(amount, { ...options, currencyId, noSymbol: true });
    return number && code && !options.noSymbol ? `${number}${nbsp}${code}` : number;
}
formatReminderAmount.extractOptions = formatMonetary.extractOptions;

/** An amount with the code of its currency, wherever it is read or entered. */
export class ReminderAmountField extends MonetaryField {
    get currency() {
        const currency = super.currency;
        return currency && { ...currency, symbol: currency.name, position: "after" };
    }

    get formattedValue() {
        if (!this.props.readonly) {
            return super.formattedValue;
        }
        return formatReminderAmount(this.value, {
            digits: this.currencyDigits,
            currencyId: this.currencyId,
            noSymbol: this.props.hideSymbol,
            trailingZeros: this.props.trailingZeros,
        });
    }
}

registry.category("fields").add("reminder_amount", {
    ...monetaryField,
    component: ReminderAmountField,
});
// What a list sums up below its columns.
registry.category("formatters").add("reminder_amount", formatReminderAmount);
