import { registry } from "@web/core/registry";
import { listView } from "@web/views/list/list_view";
import { ReminderDeskController } from "./desk_controller";
import { ReminderDeskRenderer } from "./desk_renderer";

registry.category("views").add("payment_reminder_queue", {
    ...listView,
    Controller: ReminderDeskController,
    Renderer: ReminderDeskRenderer,
});
