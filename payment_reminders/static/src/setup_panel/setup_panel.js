import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { listView } from "@web/views/list/list_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { Component, onWillStart, useState } from "@odoo/owl";

/** What has to be set up before the first reminder, shown above the queue. */
export class ReminderSetupPanel extends Component {
    static template = "payment_reminders.SetupPanel";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ is_shown: false, steps: [], problems: [], backlog: "" });
        onWillStart(() => this.load());
    }

    async load() {
        Object.assign(this.state, await this.orm.call("res.company", "get_reminder_setup", []));
    }

    open(action) {
        return this.action.doAction(action, { onClose: () => this.load() });
    }

    async hide() {
        await this.orm.call("res.company", "hide_reminder_panel", []);
        await this.load();
    }
}

export class ReminderQueueRenderer extends ListRenderer {
    static template = "payment_reminders.QueueRenderer";
    static components = { ...ListRenderer.components, ReminderSetupPanel };
}

registry.category("views").add("payment_reminder_queue", {
    ...listView,
    Renderer: ReminderQueueRenderer,
});
