import { onWillStart } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { listView } from "@web/views/list/list_view";
import { ReminderDocumentListController } from "../document_list/document_list";

/** Says above a report which invoices it leaves out, if there are any. */
export class ReminderUncountedControlPanel extends ControlPanel {
    static template = "payment_reminders.UncountedControlPanel";

    setup() {
        super.setup();
        this.uncounted = "";
        const orm = useService("orm");
        onWillStart(async () => {
            this.uncounted = await orm.call("payment.reminder.dashboard", "get_uncounted", []);
        });
    }
}

registry.category("views").add("payment_reminder_uncounted_list", {
    ...listView,
    Controller: ReminderDocumentListController,
    ControlPanel: ReminderUncountedControlPanel,
});
