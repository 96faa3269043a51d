import { registry } from "@web/core/registry";
import { graphView } from "@web/views/graph/graph_view";
import { pivotView } from "@web/views/pivot/pivot_view";
import { ReminderUncountedControlPanel } from "../uncounted";

// Odoo loads graphs and pivots when the first of them is opened.
for (const view of [graphView, pivotView]) {
    registry.category("views").add(`payment_reminder_uncounted_${view.type}`, {
        ...view,
        ControlPanel: ReminderUncountedControlPanel,
    });
}
