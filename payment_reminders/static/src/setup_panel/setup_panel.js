import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { ListRenderer } from "@web/views/list/list_renderer";
import { ReminderHealth } from "../health/health";
import { Component, onWillStart, useState } from "@odoo/owl";

/** What has to be set up before the first reminder, and what stops all of them. */
export class ReminderSetupPanel extends Component {
    static template = "payment_reminders.SetupPanel";
    static components = { ReminderHealth };
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.state = useState({
            is_shown: false,
            steps: [],
            backlog: "",
            halts: [],
        });
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

    release(halt) {
        this.dialog.add(ConfirmationDialog, {
            title: halt.title,
            body: _t(
                "You have looked through the queue, and what waits there should go out? It stays released for four days."
            ),
            confirmLabel: _t("Release"),
            confirm: async () => {
                await this.orm.call("payment.reminder.halt", "action_release", [[halt.id]]);
                await this.load();
                await this.action.doAction({ type: "ir.actions.client", tag: "soft_reload" });
            },
            cancel: () => {},
        });
    }
}

export class ReminderQueueRenderer extends ListRenderer {
    static template = "payment_reminders.QueueRenderer";
    static components = { ...ListRenderer.components, ReminderSetupPanel };
}

export class ReminderQueueKanbanRenderer extends KanbanRenderer {
    static template = "payment_reminders.QueueKanbanRenderer";
    static components = { ...KanbanRenderer.components, ReminderSetupPanel };
}

registry.category("views").add("payment_reminder_queue_kanban", {
    ...kanbanView,
    Renderer: ReminderQueueKanbanRenderer,
});
