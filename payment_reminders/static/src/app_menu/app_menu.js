import { registry } from "@web/core/registry";

const OURS = "payment.reminder";
const SECTION = "payment_reminders.payment_reminder_menu_root";

/**
 * Shows the bar of Invoicing above a list that has no entry there of its own.
 *
 * Odoo finds the app of an address by the menu of its action: whoever comes by a link of
 * a mail to the queue would stand there without any menu.
 */
export const reminderAppMenu = {
    dependencies: ["action", "menu"],
    start(env, { action, menu }) {
        env.bus.addEventListener("ACTION_MANAGER:UI-UPDATED", () => {
            const model = action.currentController?.action.res_model || "";
            if (!model.startsWith(OURS) || menu.getCurrentApp()) {
                return;
            }
            const section = menu.getAll().find((entry) => entry.xmlid === SECTION);
            if (section) {
                menu.setCurrentMenu(section.appID);
            }
        });
    },
};

registry.category("services").add("payment_reminders_app_menu", reminderAppMenu);
