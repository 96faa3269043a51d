import { registry } from "@web/core/registry";
import { getCurrency } from "@web/core/currency";
import { user } from "@web/core/user";
import { nbsp } from "@web/core/utils/strings";
import { formatMonetary } from "@web/views/fields/formatters";
import { MonetaryField, monetaryField } from "@web/views/fields/monetary/monetary_field";

/** An amount, with the code of its currency where another with its sign is near (in the
 * same list, or as the currency of the company), or always. */
export class ReminderAmountField extends MonetaryField {
    static props = { ...MonetaryField.props, withCode: { type: Boolean, optional: true } };

    /** Currencies of all that is shown beside this record, and that of the company. */
    get shownCurrencies() {
        const field = this.props.currencyField || "currency_id";
        const records = this.props.record.model.root.records || [];
        const shown = records.map((record) => record.data[field]?.id).filter(Boolean);
        return new Set([...shown, user.activeCompany?.currency_id].filter(Boolean));
    }

    get isAmbiguous() {
        const own = this.currency;
        const isNear = [...this.shownCurrencies].some(
            (id) => id !== this.currencyId && getCurrency(id)?.symbol === own?.symbol
        );
        return this.props.withCode || isNear;
    }

    get formattedValue() {
        if (!this.props.readonly || !this.currency || !this.isAmbiguous) {
            return super.formattedValue;
        }
        const amount = formatMonetary(this.value, {
            digits: this.currencyDigits,
            currencyId: this.currencyId,
            noSymbol: true,
        });
        return `${amount}${nbsp}${this.currency.name}`;
    }
}

registry.category("fields").add("reminder_amount", {
    ...monetaryField,
    component: ReminderAmountField,
    extractProps: (fieldInfo) => ({
        ...monetaryField.extractProps(fieldInfo),
        withCode: Boolean(fieldInfo.options.with_code),
    }),
});
