import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";

/** What is to be mended of the set-up, each with the button that opens what mends it. */
export class ReminderHealth extends Component {
    static template = "payment_reminders.Health";
    static props = {
        /** The ladder that is about to be chosen, in place of the company's own. */
        ladderId: { type: [Number, Boolean], optional: true },
        /** Codes of what is entered beside it, or kinds: what stands before a colon. */
        hidden: { type: Array, optional: true },
        /** Codes or kinds of what is shown alone, without a heading. */
        only: { type: Array, optional: true },
        /** A line that opens, instead of the whole list. */
        isFolded: { type: Boolean, optional: true },
        /** Keeps what is entered beside it; false: that cannot be kept as it is. */
        keep: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.state = useState({ problems: [], isOpen: !this.props.isFolded });
        onWillStart(() => this.load(this.props));
        onWillUpdateProps((next) => {
            if (next.ladderId !== this.props.ladderId) {
                return this.load(next);
            }
        });
    }

    async load(props = this.props) {
        this.state.problems = await this.orm.call("res.company", "get_reminder_health", [], {
            ladder_id: props.ladderId || false,
        });
    }

    get problems() {
        const { hidden = [], only } = this.props;
        const isOf = (codes, { code }) =>
            codes.includes(code) || codes.includes(code.split(":")[0]);
        return this.state.problems.filter(
            (problem) => !isOf(hidden, problem) && (!only || isOf(only, problem))
        );
    }

    /** Rates are entered in the line itself; whoever may not do so has a button. */
    getFixes({ rate, fixes }) {
        return fixes.filter((fix) => !(rate && fix.is_entered));
    }

    get title() {
        const count = this.problems.length;
        return count === 1 ? _t("1 thing to mend") : _t("%s things to mend", count);
    }

    async mend({ label, action, method }) {
        const onClose = () => this.load();
        // Odoo loads the page anew when something of the company was written.
        if (this.props.keep && !(await this.props.keep())) {
            return;
        }
        if (method) {
            await this.orm.call("res.company", method, []);
            return onClose();
        }
        if (action.target !== "new") {
            return this.action.doAction(action, { onClose });
        }
        // A dialog of its own: one that is open already stays below it.
        this.dialog.add(
            FormViewDialog,
            {
                resModel: action.res_model,
                resId: action.res_id,
                viewId: action.views[0][0],
                // What is entered beside it is not asked for twice.
                context: { ...action.context, reminder_in_setup: Boolean(this.props.hidden) },
                title: label,
                canExpand: false,
            },
            { onClose }
        );
    }

    async enterRate({ rate }, ev) {
        const [input] = ev.target.elements;
        await this.orm.call("res.company", "enter_reminder_rate", [], {
            reference_id: rate.reference_id,
            date: rate.date,
            text: input.value,
        });
        this.notification.add(_t("The rate is entered."), { type: "success" });
        await this.load();
    }

    async leave(problem) {
        await this.orm.call("res.company", "leave_reminder_problem", [problem.code]);
        await this.load();
    }
}

/** The same in a form: `<widget name="payment_reminder_health" />`. */
export class ReminderHealthWidget extends Component {
    static template = "payment_reminders.HealthWidget";
    static components = { ReminderHealth };
    static props = {
        ...standardWidgetProps,
        hidden: { type: Array, optional: true },
        only: { type: Array, optional: true },
    };

    get ladderId() {
        return this.props.record.data.ladder_id?.id || false;
    }

    keep() {
        return this.props.record.save();
    }
}

registry.category("view_widgets").add("payment_reminder_health", {
    component: ReminderHealthWidget,
    extractProps: ({ options }) => ({ hidden: options.hidden || [], only: options.only }),
});
