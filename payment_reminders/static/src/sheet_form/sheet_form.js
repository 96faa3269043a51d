import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";
import { FormController } from "@web/views/form/form_controller";

/** A page with choices above what comes of them: there is nothing to save on it. */
export class ReminderSheetFormController extends FormController {
    static template = "payment_reminders.SheetFormView";
}

registry.category("views").add("payment_reminder_sheet_form", {
    ...formView,
    Controller: ReminderSheetFormController,
});
