import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** Milliseconds for which an act can be taken back from its message. */
export const UNDO_TIME = 12000;

/** Tell what was done, with the way back as long as nothing has left. */
export function tellWithUndo(env, action) {
    const { message, type, undo, next } = action.params;
    const takeBack = async () => {
        close();
        const told = await env.services.orm.call(undo.model, undo.method, [undo.ids]);
        await env.services.action.doAction(told);
    };
    const close = env.services.notification.add(message, {
        type,
        autocloseDelay: UNDO_TIME,
        buttons: undo ? [{ name: _t("Undo"), primary: true, onClick: takeBack }] : [],
    });
    return next;
}

registry.category("actions").add("payment_reminder_toast", tellWithUndo);
