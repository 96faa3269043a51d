import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";
import { FormController } from "@web/views/form/form_controller";

/** A text, read and written in the language in which it was opened. */
export class ReminderTextFormController extends FormController {
    static template = "payment_reminders.TextFormView";

    /** The client puts the language of the user over that of an action. */
    onWillLoadRoot(nextConfig) {
        const lang = nextConfig.context.reminder_lang;
        if (lang) {
            nextConfig.context = { ...nextConfig.context, lang };
        }
        return super.onWillLoadRoot(nextConfig);
    }

    get language() {
        return this.props.context.reminder_lang_name;
    }
}

registry.category("views").add("payment_reminder_text_form", {
    ...formView,
    Controller: ReminderTextFormController,
});
