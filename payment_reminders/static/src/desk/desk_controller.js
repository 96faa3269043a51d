import { browser } from "@web/core/browser/browser";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { _t } from "@web/core/l10n/translation";
import { SIZES } from "@web/core/ui/ui_service";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { ListController } from "@web/views/list/list_controller";
import { useEffect, useState, useSubEnv } from "@odoo/owl";
import { ReminderSetupPanel } from "../setup_panel/setup_panel";
import { DeskLoader } from "./desk_loader";
import { ReminderDeskPane } from "./desk_pane";
import { findNeighbour, findNextWaiting, flattenRows } from "./desk_rows";

const MODEL = "payment.reminder";
const DIALOGS = "payment_reminders.payment_reminder_hold_wizard_action_";
/** In the browser of each person: "closed" when they want no pane. */
const PANE_KEY = "payment_reminders.desk_pane";
/** Milliseconds for which an act can be taken back from its message. */
const UNDO_TIME = 10000;

/** The approve desk: the queue at the left, the notice that is shown at the right. */
export class ReminderDeskController extends ListController {
    static template = "payment_reminders.DeskView";
    static components = { ...ListController.components, ReminderDeskPane, ReminderSetupPanel };

    setup() {
        super.setup();
        this.ui = useState(useService("ui"));
        this.notification = useService("notification");
        this.loader = new DeskLoader(async (id) => {
            const [pane] = await this.orm.call(MODEL, "get_desk_panes", [[id]], {
                context: this.props.context,
            });
            return pane;
        });
        this.desk = useState({
            isOpen: browser.localStorage.getItem(PANE_KEY) !== "closed",
            shownId: this.props.state?.shownId || false,
            pane: null,
            count: { left: 0, fix: 0 },
            isWording: false,
            canUndo: false,
        });
        this.dealt = new Set();
        this.acts = Object.fromEntries(
            ["approve", "fix", "hold", "move", "open", "saveWords", "snooze", "toggle", "undo", "word"]
                .map((name) => [name, this[name].bind(this)])
        );
        useSubEnv({ reminderDesk: this.acts });
        useSetupAction({ getLocalState: () => ({ shownId: this.desk.shownId }) });
        this.setupKeys();
        useEffect(
            () => {
                this.onRowsChanged();
            },
            () => [this.hasPane, this.rows.map((row) => `${row.resId}${row.data.state}`).join()]
        );
    }

    setupKeys() {
        const keys = {
            a: () => this.approve(),
            h: () => this.hold(),
            s: () => this.snooze(),
            e: () => this.word(),
            o: () => this.open(),
            u: () => this.undo(),
            j: () => this.move(1),
            k: () => this.move(-1),
            arrowdown: () => this.move(1),
            arrowup: () => this.move(-1),
        };
        for (const [key, act] of Object.entries(keys)) {
            useHotkey(key, act, {
                isAvailable: () => this.hasPane,
                allowRepeat: key.startsWith("arrow"),
            });
        }
    }

    get rows() {
        return this.model.isReady && !this.model.useSampleModel ? flattenRows(this.model.root) : [];
    }

    get fitsPane() {
        return this.ui.size >= SIZES.XL && !this.env.inDialog && this.rows.length > 0;
    }

    get hasPane() {
        return this.desk.isOpen && this.fitsPane;
    }

    // -- what is shown ----------------------------------------------------------------

    async onRowsChanged() {
        if (!this.hasPane) {
            return;
        }
        this.loadCount();
        const isThere = this.rows.some((row) => row.resId === this.desk.shownId);
        await this.show(isThere ? this.desk.shownId : this.rows[0].resId);
    }

    async loadCount() {
        const { domain, context } = this.model.root;
        this.desk.count = await this.orm.call(MODEL, "get_desk_count", [domain], { context });
    }

    /** Show a notice; the next one is read meanwhile. */
    async show(id) {
        if (!id) {
            return;
        }
        if (id !== this.desk.shownId) {
            this.desk.isWording = false;
        }
        this.desk.shownId = id;
        const pane = await this.loader.read(id);
        if (this.desk.shownId === id) {
            this.desk.pane = pane;
            const next = findNextWaiting(this.rows, id, this.dealt);
            if (next && next !== id) {
                this.loader.read(next).catch(() => {});
            }
        }
    }

    showRecord = (id) => this.show(id);

    move(delta) {
        return this.show(findNeighbour(this.rows, this.desk.shownId, delta));
    }

    toggle() {
        this.desk.isOpen = !this.desk.isOpen;
        browser.localStorage.setItem(PANE_KEY, this.desk.isOpen ? "open" : "closed");
    }

    open() {
        const row = this.rows.find((one) => one.resId === this.desk.shownId);
        return row && this.openRecord(row);
    }

    // -- acts -------------------------------------------------------------------------

    /** Read the queue again, and what is known of these notices. */
    async refresh(ids) {
        ids.forEach((id) => this.loader.forget(id));
        await this.model.load();
        ids.forEach((id) => this.dealt.delete(id));
        if (this.hasPane) {
            this.loadCount();
            await this.show(this.desk.shownId);
        }
    }

    /** One act at a time: a key that is held down does not run ahead of what is read. */
    async alone(work) {
        if (this.isBusy) {
            return;
        }
        this.isBusy = true;
        try {
            return await work();
        } finally {
            this.isBusy = false;
        }
    }

    /** Tell what was done, with the way back. */
    tell(message, undo, type = "success") {
        this.closeToast?.();
        this.takeBack = async () => {
            this.closeToast?.();
            this.takeBack = null;
            this.desk.canUndo = false;
            await undo();
        };
        this.desk.canUndo = true;
        this.closeToast = this.notification.add(message, {
            type,
            autocloseDelay: UNDO_TIME,
            buttons: [{ name: _t("Undo"), primary: true, onClick: () => this.undo() }],
        });
    }

    /** Do something, and tell what the server says became of it. */
    async tellOf(id, method, undo) {
        const told = await this.orm.call(MODEL, method, [[id]]);
        const { message, type } = told.params || {};
        this.loader.forget(id);
        this.tell(
            message || this.describe(await this.loader.read(id)),
            () => this.callBack(id, undo),
            type
        );
    }

    describe({ customer, status, leaves }) {
        return leaves
            ? _t("%(status)s: %(customer)s. Leaves: %(leaves)s", { customer, status, leaves })
            : _t("%(status)s: %(customer)s", { customer, status });
    }

    undo() {
        return this.takeBack && this.alone(this.takeBack);
    }

    async callBack(id, method, args = []) {
        await this.orm.call(MODEL, method, [[id], ...args]);
        this.desk.shownId = id;
        await this.refresh([id]);
    }

    approve(id = this.desk.shownId) {
        return this.alone(async () => {
            const pane = await this.loader.read(id);
            if (!pane.can_approve) {
                return;
            }
            await this.tellOf(id, "action_approve", "action_undo_approve");
            await this.goOn(id);
        });
    }

    /** Show the next that waits; the queue is read again behind it. */
    async goOn(id) {
        this.loader.forget(id);
        this.dealt.add(id);
        const next = findNextWaiting(this.rows, id, this.dealt);
        if (next && next !== id && this.desk.shownId === id) {
            await this.show(next);
        }
        this.refresh([id]);
    }

    /** Open one of the dialogs, and tell what became of the notice. */
    async ask(dialog, isDone, message, undo) {
        const { shownId: id, pane } = this.desk;
        await this.actionService.doAction(DIALOGS + dialog, {
            additionalContext: {
                active_model: MODEL,
                active_id: id,
                active_ids: [id],
                reminder_desk: true,
            },
            onClose: () => this.afterDialog(id, pane, isDone, message, undo),
        });
    }

    async afterDialog(id, before, isDone, message, undo) {
        // A calendar that was open stays so when its dialog is closed by a key.
        document.body.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
        this.loader.forget(id);
        const after = await this.loader.read(id);
        if (isDone(after) && !isDone(before)) {
            this.tell(message(after), () => this.callBack(id, undo));
            return this.goOn(id);
        }
        return this.refresh([]);
    }

    hold() {
        if (this.desk.pane?.can_hold) {
            return this.ask(
                "hold",
                (pane) => pane.state === "held",
                (pane) => _t("%s is on hold.", pane.customer),
                "action_undo_hold"
            );
        }
    }

    snooze() {
        if (this.desk.pane?.can_snooze) {
            return this.ask(
                "snooze",
                (pane) => Boolean(pane.snoozed),
                (pane) =>
                    _t("%(customer)s is snoozed until %(day)s.", {
                        customer: pane.customer,
                        day: pane.snoozed,
                    }),
                "action_undo_snooze"
            );
        }
    }

    word(isWording = true) {
        this.desk.isWording = isWording && Boolean(this.desk.pane?.can_word);
    }

    saveWords(text) {
        const { shownId: id, pane } = this.desk;
        return this.alone(async () => {
            await this.orm.call(MODEL, "action_word", [[id], text]);
            this.word(false);
            this.tell(_t("The words of %s are saved.", pane.customer), () =>
                this.callBack(id, "action_word", [pane.words])
            );
            await this.refresh([id]);
        });
    }

    /** Do what helps; what may not be taken back is asked first. */
    fix(id, { method, label, confirm }) {
        if (method === "action_approve") {
            return this.approve(id);
        }
        const run = () => this.runFix(id, method);
        if (!confirm) {
            return run();
        }
        this.dialogService.add(ConfirmationDialog, {
            title: label,
            body: confirm,
            confirmLabel: label,
            confirm: run,
            cancel: () => {},
        });
    }

    async runFix(id, method) {
        if (method === "action_release") {
            return this.alone(async () => {
                await this.tellOf(id, method, "action_undo_release");
                await this.refresh([id]);
            });
        }
        await this.actionService.doActionButton({
            type: "object",
            name: method,
            resModel: MODEL,
            resId: id,
            resIds: [id],
            context: this.props.context,
            onClose: () => {
                this.loader.forgetAll();
                return this.refresh([id]);
            },
        });
    }
}
