import { registry } from "@web/core/registry";
import { getCurrency } from "@web/core/currency";
import { nbsp } from "@web/core/utils/strings";
import { formatMonetary } from "@web/views/fields/formatters";
import { MonetaryField, monetaryField } from "@web/views/fields/monetary/monetary_field";

/** An amount, with the code of its currency where the list has another with its sign. */
export class ReminderAmountField extends MonetaryField {
    /** Currencies of all that is shown beside this record. */
    get shownCurrencies() {
        const field = this.props.currencyField || "currency_id";
        const records = this.props.record.model.root.records || [];
        return new Set(records.map((record) => record.data[field]?.id).filter(Boolean));
    }

    get isAmbiguous() {
        const own = this.currency;
        return [...this.shownCurrencies].some(
            (id) => id !== this.currencyId && getCurrency(id)?.symbol === own?.symbol
        );
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
});
