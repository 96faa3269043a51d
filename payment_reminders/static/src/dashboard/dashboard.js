import { formatFigure } from "./amount";
import { ReminderDashboardCard } from "./dashboard_card";
import { ReminderDashboardChart } from "./dashboard_chart";
import { _t } from "@web/core/l10n/translation";
import { serializeDate } from "@web/core/l10n/dates";
import { RPCError } from "@web/core/network/rpc";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onMounted, useState } from "@odoo/owl";

/** How far the figures of a time look back, in days. */
const TIMES = [
    [30, _t("Last 30 days")],
    [90, _t("Last 90 days")],
    [365, _t("Last 12 months")],
];

/** What payment reminders bring, and what is still owed: cards, charts and links. */
export class ReminderDashboard extends Component {
    static template = "payment_reminders.Dashboard";
    static components = { Layout, RecordSelector, ReminderDashboardCard, ReminderDashboardChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.times = TIMES;
        this.display = { controlPanel: {} };
        this.state = useState({
            days: 90,
            user_id: false,
            partner_id: false,
            ...this.props.state?.filters,
            page: null,
            error: "",
        });
        useSetupAction({ getLocalState: () => ({ filters: this.filters }) });
        onMounted(() => this.load());
    }

    /** What the page is about, as it is kept while somebody looks at a list. */
    get filters() {
        const { days, user_id, partner_id } = this.state;
        return { days, user_id, partner_id };
    }

    async load() {
        const { days, ...who } = this.filters;
        const asked = (this.asked = { ...who, date_from: this.getFirstDay(days) });
        this.state.error = "";
        try {
            const page = await this.orm.call("payment.reminder.dashboard", "get_page", [asked]);
            // Another answer is on its way: somebody chose anew meanwhile.
            if (asked === this.asked) {
                this.state.page = page;
            }
        } catch (error) {
            this.state.error =
                (error instanceof RPCError && error.data?.message) ||
                _t("The server did not answer.");
        }
    }

    getFirstDay(days) {
        return serializeDate(luxon.DateTime.local().minus({ days: days - 1 }));
    }

    /** Take a choice; a select gives its number as text, and nothing as "". */
    choose(name, value) {
        this.state[name] = Number(value) || false;
        return this.load();
    }

    open(action) {
        return this.action.doAction(action);
    }

    formatFigure(figure) {
        return formatFigure(figure.value, figure.kind, this.state.page.currency);
    }
}

registry.category("actions").add("payment_reminder_dashboard", ReminderDashboard);
