import { registry } from "@web/core/registry";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { listView } from "@web/views/list/list_view";
import {
    ReminderQueueKanbanRenderer,
    ReminderQueueRenderer,
} from "@payment_reminders/setup_panel/setup_panel";
import { ReminderTodoLinks } from "./todo_links";

export class ReminderTodoRenderer extends ReminderQueueRenderer {
    static template = "payment_reminders.TodoRenderer";
    static components = { ...ReminderQueueRenderer.components, ReminderTodoLinks };
}

export class ReminderTodoKanbanRenderer extends ReminderQueueKanbanRenderer {
    static template = "payment_reminders.TodoKanbanRenderer";
    static components = { ...ReminderQueueKanbanRenderer.components, ReminderTodoLinks };
}

registry.category("views").add("payment_reminder_todo", {
    ...listView,
    Renderer: ReminderTodoRenderer,
});
registry.category("views").add("payment_reminder_todo_kanban", {
    ...kanbanView,
    Renderer: ReminderTodoKanbanRenderer,
});
