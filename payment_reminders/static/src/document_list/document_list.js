import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { listView } from "@web/views/list/list_view";
import { ListController } from "@web/views/list/list_controller";

/** What a row may be about, the best first. */
const DOCUMENTS = [
    ["plan_id", "payment.reminder.plan"],
    ["case_id", "payment.reminder.case"],
    ["move_id", "account.move"],
];

/** Opens what a row of a report is about: a row has no form of its own. */
export class ReminderDocumentListController extends ListController {
    async openRecord(record, { newWindow } = {}) {
        for (const [name, model] of DOCUMENTS) {
            const document = record.data[name];
            if (document && (await user.checkAccessRight(model, "read"))) {
                const action = {
                    type: "ir.actions.act_window",
                    res_model: model,
                    res_id: document.id,
                    views: [[false, "form"]],
                };
                return this.actionService.doAction(action, { newWindow });
            }
        }
    }
}

registry.category("views").add("payment_reminder_document_list", {
    ...listView,
    Controller: ReminderDocumentListController,
});
