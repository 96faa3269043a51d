import { formatFigure } from "./amount";
import { Component } from "@odoo/owl";

/** One figure; a click opens the rows that it is made of. */
export class ReminderDashboardCard extends Component {
    static template = "payment_reminders.DashboardCard";
    static props = {
        card: Object,
        currency: Object,
        open: Function,
    };

    get short() {
        const { value, kind } = this.props.card;
        return formatFigure(value, kind, this.props.currency, { digits: [16, 0] });
    }

    get exact() {
        const { value, kind } = this.props.card;
        return formatFigure(value, kind, this.props.currency);
    }
}
