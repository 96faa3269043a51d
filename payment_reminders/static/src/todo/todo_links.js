import { useService } from "@web/core/utils/hooks";
import { Component, onWillStart, useState } from "@odoo/owl";

/** The lists beside To Do that are in use, each with how many of it wait. */
export class ReminderTodoLinks extends Component {
    static template = "payment_reminders.TodoLinks";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ links: [] });
        onWillStart(async () => {
            this.state.links = await this.orm.call("payment.reminder.todo", "get_links", []);
        });
    }

    open(link) {
        return this.action.doAction(link.action);
    }
}
