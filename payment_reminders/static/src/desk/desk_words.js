import { Component, onMounted, useRef } from "@odoo/owl";

/** Where a manager writes words of one notice alone. */
export class ReminderDeskWords extends Component {
    static template = "payment_reminders.DeskWords";
    static props = { words: String, save: Function, cancel: Function };

    setup() {
        this.input = useRef("input");
        onMounted(() => this.input.el.focus());
    }

    save() {
        return this.props.save(this.input.el.value);
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey)) {
            ev.preventDefault();
            this.save();
        } else if (ev.key === "Escape") {
            ev.preventDefault();
            ev.stopPropagation();
            this.props.cancel();
        }
    }
}
