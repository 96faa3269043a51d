import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

/** What to do about a notice: the button that helps best, or how it stands. */
export class ReminderFixField extends Component {
    static template = "payment_reminders.FixField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
    }

    get fix() {
        return this.props.record.data[this.props.name];
    }

    get status() {
        const { data, fields } = this.props.record;
        const states = Object.fromEntries(fields.state?.selection || []);
        return states[data.state] || "";
    }

    click() {
        const { resId } = this.props.record;
        if (this.env.reminderDesk) {
            return this.env.reminderDesk.fix(resId, this.fix);
        }
        if (!this.fix.confirm) {
            return this.run();
        }
        this.dialog.add(ConfirmationDialog, {
            title: this.fix.label,
            body: this.fix.confirm,
            confirmLabel: this.fix.label,
            confirm: () => this.run(),
            cancel: () => {},
        });
    }

    run() {
        const { record } = this.props;
        return this.action.doActionButton({
            type: "object",
            name: this.fix.method,
            resModel: record.resModel,
            resId: record.resId,
            resIds: [record.resId],
            context: record.context,
            onClose: () => record.model.load(),
        });
    }
}

registry.category("fields").add("payment_reminder_fix", {
    component: ReminderFixField,
    displayName: _t("What to do"),
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "state", type: "selection" }],
});
