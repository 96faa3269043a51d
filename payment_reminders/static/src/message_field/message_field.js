import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";
import { ReminderDeskMessage } from "../desk/desk_message";

const PARTS = ["to", "subject", "body", "sms", "error"];

/** The message of a notice on its form, as the desk shows it. */
export class ReminderMessageField extends Component {
    static template = "payment_reminders.MessageField";
    static components = { ReminderDeskMessage };
    static props = { ...standardFieldProps };

    get message() {
        const { data } = this.props.record;
        return Object.fromEntries(
            PARTS.map((part) => [part, (data[`preview_${part}`] || "").toString()])
        );
    }
}

registry.category("fields").add("payment_reminder_message", {
    component: ReminderMessageField,
    displayName: _t("Message"),
    supportedTypes: ["html"],
});
