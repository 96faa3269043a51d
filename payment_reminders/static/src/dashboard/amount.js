import { formatCurrency } from "@web/core/currency";
import { formatFloat } from "@web/core/utils/numbers";
import { nbsp } from "@web/core/utils/strings";

/**
 * Write an amount in the currency of the company.
 *
 * Its sign may mean more than one currency: where customers owe in several, the code is
 * written instead.
 *
 * @param {number} value
 * @param {{id: number, name: string, is_alone: boolean}} currency
 * @param {Object} [options] of Odoo's formatFloat
 * @returns {string}
 */
export function formatAmount(value, currency, options = {}) {
    const wanted = { digits: [16, currency.digits], ...options };
    if (currency.is_alone) {
        return formatCurrency(value, currency.id, wanted);
    }
    return `${formatFloat(value, wanted)}${nbsp}${currency.name}`;
}

/**
 * Write a figure of the dashboard.
 *
 * @param {number|null} value nothing is a dash
 * @param {"amount"|"count"|"days"} kind
 * @param {Object} currency see formatAmount
 * @param {Object} [options] of Odoo's formatFloat, for amounts
 * @returns {string}
 */
export function formatFigure(value, kind, currency, options = {}) {
    if (value === null || value === undefined || value === false) {
        return "–";
    }
    if (kind === "amount") {
        return formatAmount(value, currency, options);
    }
    const digits = kind === "days" || !Number.isInteger(value) ? 1 : 0;
    return formatFloat(value, { digits: [16, digits] });
}
