import { formatFloat } from "@web/core/utils/numbers";
import { nbsp } from "@web/core/utils/strings";

/**
 * Write an amount in the currency of the company, with its code: "kr" is a word of three
 * countries.
 *
 * @param {number} value
 * @param {{name: string, digits: number}} currency
 * @param {Object} [options] of Odoo's formatFloat
 * @returns {string}
 */
export function formatAmount(value, currency, options = {}) {
    const wanted = { digits: [16, currency.digits], ...options };
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
