import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";
import { FormController } from "@web/views/form/form_controller";
import { onMounted, onWillUnmount } from "@odoo/owl";

/** Milliseconds between two looks at what is worked off in the background. */
const PAUSE = 2000;

/** Shows the progress of what is started here, or was before, while it goes on. */
export class ReminderRunFormController extends FormController {
    setup() {
        super.setup();
        onMounted(() => this.lookAgainLater());
        onWillUnmount(() => browser.clearTimeout(this.timer));
    }

    lookAgainLater() {
        this.timer = browser.setTimeout(async () => {
            if (this.model.root.data.state === "running") {
                await this.model.root.load();
            }
            this.lookAgainLater();
        }, PAUSE);
    }
}

registry.category("views").add("payment_reminder_run_form", {
    ...formView,
    Controller: ReminderRunFormController,
});
