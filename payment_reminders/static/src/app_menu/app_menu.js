import { router } from "@web/core/browser/router";
import { patch } from "@web/core/utils/patch";
import { WebClient } from "@web/webclient/webclient";

const OURS = "payment.reminder";
const SECTION = "payment_reminders.payment_reminder_menu_root";

/**
 * Shows the bar of Invoicing above a screen that has no entry there of its own.
 *
 * Odoo finds the app of an address by the menu of its action, and else shows the app that
 * was looked at last, or none: whoever comes by a link of a mail to the queue would stand
 * there below the menu of Discuss.
 */
patch(WebClient.prototype, {
    async loadRouterState() {
        await super.loadRouterState(...arguments);
        const { action } = this.actionService.currentController || {};
        const model = action?.res_model || "";
        if (!model.startsWith(OURS)) {
            return;
        }
        const entries = this.menuService.getAll();
        const hasEntry = entries.some((entry) => entry.actionID === action.id);
        const stack = router.current.actionStack || [];
        // Someone who came from a screen of another app stays in that app.
        const isFirst = stack.every((place) => place.action === stack[0].action);
        if (hasEntry || !isFirst) {
            return;
        }
        const section = entries.find((entry) => entry.xmlid === SECTION);
        if (section) {
            this.menuService.setCurrentMenu(section.appID);
        }
    },
});
