import { _t } from "@web/core/l10n/translation";
import { Component, useEffect, useRef } from "@odoo/owl";
import { ReminderDeskMessage } from "./desk_message";
import { ReminderDeskWords } from "./desk_words";

/** Of the badge of a step, as in the queue; legible as Odoo's own badges are not. */
const COLORS = {
    nudge: "info",
    reminder: "warning",
    final_notice: "danger",
    demand: "danger",
};

/** One notice beside the queue: the message, the figures, what is in the way, the acts. */
export class ReminderDeskPane extends Component {
    static template = "payment_reminders.DeskPane";
    static components = { ReminderDeskMessage, ReminderDeskWords };
    static props = { desk: Object, acts: Object };

    setup() {
        this.body = useRef("body");
        useEffect(
            () => {
                if (this.body.el) {
                    this.body.el.scrollTop = 0;
                }
            },
            () => [this.props.desk.shownId]
        );
    }

    get pane() {
        return this.props.desk.pane;
    }

    get color() {
        return COLORS[this.pane.kind] || "secondary";
    }

    get age() {
        const { days, invoices } = this.pane;
        const told = [];
        if (days) {
            told.push(days === 1 ? _t("1 day overdue") : _t("%s days overdue", days));
        }
        told.push(invoices === 1 ? _t("1 invoice") : _t("%s invoices", invoices));
        return told.join(" · ");
    }

    get count() {
        const { left, fix } = this.props.desk.count;
        if (!left) {
            return _t("Nothing waits for you");
        }
        if (!fix) {
            return _t("%s left", left);
        }
        return fix === 1
            ? _t("%s left, 1 needs a fix", left)
            : _t("%(left)s left, %(fix)s need a fix", { left, fix });
    }
}
