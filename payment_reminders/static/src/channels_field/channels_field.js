import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

const CHANNELS = {
    email: _t("E-mail"),
    sms: _t("SMS"),
    letter: _t("Letter"),
};

/** The ways in which a step is sent, as tags in their order instead of typed codes. */
export class ReminderChannelsField extends Component {
    static template = "payment_reminders.ChannelsField";
    static props = { ...standardFieldProps };

    get codes() {
        const value = this.props.record.data[this.props.name] || "";
        return value
            .split(",")
            .map((code) => code.trim())
            .filter(Boolean);
    }

    get others() {
        return Object.keys(CHANNELS).filter((code) => !this.codes.includes(code));
    }

    getLabel(code) {
        return CHANNELS[code] || code;
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
