import { ListRenderer } from "@web/views/list/list_renderer";
import { useEffect } from "@odoo/owl";
import { flattenRows } from "./desk_rows";

/** The queue beside the desk: a click, or an arrow, shows a notice instead of leaving. */
export class ReminderDeskRenderer extends ListRenderer {
    static props = [...ListRenderer.props, "shownId?", "show?"];

    setup() {
        super.setup();
        useEffect(
            () => this.followShown(),
            () => [this.props.shownId]
        );
    }

    getRowClass(record) {
        const shown = this.props.show && record.resId === this.props.shownId;
        return `${super.getRowClass(record)} ${shown ? "o_payment_reminder_shown" : ""}`;
    }

    async onCellClicked(record, column, ev, newWindow) {
        const isPlain = !newWindow && !ev.target.special_click;
        if (this.props.show && isPlain && !this.props.list.selection.length) {
            return this.props.show(record.resId);
        }
        return super.onCellClicked(record, column, ev, newWindow);
    }

    onCellKeydownReadOnlyMode(hotkey, cell, group, record) {
        const done = super.onCellKeydownReadOnlyMode(hotkey, cell, group, record);
        const row = document.activeElement?.closest(".o_data_row");
        if (done && this.props.show && row && ["arrowup", "arrowdown"].includes(hotkey)) {
            const target = flattenRows(this.props.list).find((one) => one.id === row.dataset.id);
            if (target) {
                this.props.show(target.resId);
            }
        }
        return done;
    }

    /** Keep what is shown in view, and the focus on it if it is in the queue. */
    followShown() {
        const shown = this.tableRef.el?.querySelector(".o_payment_reminder_shown");
        if (!shown || !this.props.show) {
            return;
        }
        shown.scrollIntoView({ block: "nearest" });
        const focused = document.activeElement;
        const cell = focused?.closest(".o_data_row > td");
        if (cell && !shown.contains(focused)) {
            shown.children[[...cell.parentElement.children].indexOf(cell)]?.focus();
        }
    }
}
