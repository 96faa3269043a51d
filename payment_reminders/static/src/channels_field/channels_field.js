import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component, onWillStart } from "@odoo/owl";

/** Of what left by an addon that is gone: it cannot be chosen. */
const CLOSED = "other";

/** The ways in which a step is sent, as tags in their order instead of typed codes. */
export class ReminderChannelsField extends Component {
    static template = "payment_reminders.ChannelsField";
    static props = { ...standardFieldProps };

    setup() {
        const fields = useService("field");
        onWillStart(async () => {
            const { channel } = await fields.loadFields("payment.reminder.delivery", {
                fieldNames: ["channel"],
                attributes: ["selection"],
            });
            this.labels = new Map(channel.selection);
        });
    }

    get codes() {
        const value = this.props.record.data[this.props.name] || "";
        return value
            .split(",")
            .map((code) => code.trim())
            .filter(Boolean);
    }

    get others() {
        return [...this.labels.keys()].filter(
            (code) => code !== CLOSED && !this.codes.includes(code)
        );
    }

    getLabel(code) {
        return this.labels.get(code) || code;
    }

    update(codes) {
        return this.props.record.update({ [this.props.name]: codes.join(",") });
    }

    add(code) {
        return this.update([...this.codes, code]);
    }

    remove(code) {
        return this.update(this.codes.filter((other) => other !== code));
    }
}

registry.category("fields").add("payment_reminder_channels", {
    component: ReminderChannelsField,
    displayName: _t("Channels"),
    supportedTypes: ["char"],
});
