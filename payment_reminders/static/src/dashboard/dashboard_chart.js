import { formatFigure } from "./amount";
import { getColor, getCustomColor } from "@web/core/colors/colors";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";

/** Pixels of a bar that lies, and of what is around the bars. */
const BAR = 30;
const AROUND = 70;
const LEAST_HEIGHT = 220;
/** Letters of a label, on a wide canvas and on that of a phone. */
const MAX_LABEL = 28;
const MAX_LABEL_NARROW = 20;
const NARROW = 400;
/** Places in Odoo's colours: of the series of a chart, or of the bars of the ageing. */
const COLORS = [0, 2, 3];
const COLORS_OF_AGES = [2, 5, 3, 1, 4];

/** Amounts or days as bars; a click on one opens the rows that it is made of. */
export class ReminderDashboardChart extends Component {
    static template = "payment_reminders.DashboardChart";
    static props = {
        chart: Object,
        currency: Object,
        open: Function,
    };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(() => this.draw());
    }

    get isEmpty() {
        return !this.props.chart.series.length;
    }

    get height() {
        const { is_lying, is_stacked, labels, series } = this.props.chart;
        const bars = labels.length * (is_stacked ? 1 : series.length);
        return Math.max(LEAST_HEIGHT, is_lying ? bars * BAR + AROUND : 0);
    }

    /** The bars in words, for whoever uses no mouse. */
    get bars() {
        const { kind, labels, series } = this.props.chart;
        return series.flatMap((one) =>
            one.values.flatMap((value, index) =>
                value || (value === 0 && kind === "days")
                    ? {
                          key: `${one.label} ${index}`,
                          text: `${labels[index].replace("\n", ", ")}, ${one.label}: ${this.format(value)}`,
                          opens: one.opens[index],
                      }
                    : []
            )
        );
    }

    format(value, options = {}) {
        return formatFigure(value, this.props.chart.kind, this.props.currency, options);
    }

    draw() {
        if (!this.canvas.el) {
            return;
        }
        const chart = new Chart(this.canvas.el, this.getConfiguration());
        return () => chart.destroy();
    }

    getConfiguration() {
        const { chart } = this.props;
        return {
            type: "bar",
            data: { labels: chart.labels, datasets: this.getDatasets() },
            options: {
                indexAxis: chart.is_lying ? "y" : "x",
                animation: false,
                maintainAspectRatio: false,
                onClick: (ev, elements) => this.onClick(elements),
                onHover: (ev, elements) => {
                    ev.native.target.style.cursor = elements.length ? "pointer" : "";
                },
                plugins: {
                    legend: {
                        display: chart.series.length > 1,
                        labels: { color: this.textColor, boxWidth: 12 },
                    },
                    tooltip: {
                        callbacks: {
                            label: ({ dataset, raw }) =>
                                `${dataset.label}: ${this.format(raw)}`,
                        },
                    },
                },
                scales: this.getScales(),
            },
        };
    }

    getDatasets() {
        const { code, series } = this.props.chart;
        const scheme = cookie.get("color_scheme");
        const get = (place) => getColor(place, scheme, "sm");
        return series.map((one, index) => ({
            label: one.label,
            data: one.values,
            backgroundColor: code === "ageing" ? COLORS_OF_AGES.map(get) : get(COLORS[index]),
            maxBarThickness: 48,
        }));
    }

    getScales() {
        const { is_lying, is_stacked } = this.props.chart;
        const scheme = cookie.get("color_scheme");
        const grid = { color: getCustomColor(scheme, "#0000001a", "#ffffff26") };
        const names = {
            stacked: is_stacked,
            grid: { display: false },
            ticks: {
                color: this.textColor,
                callback: (value) => this.shorten(this.props.chart.labels[value]),
                autoSkip: !is_lying,
            },
        };
        const amounts = {
            stacked: is_stacked,
            grid,
            ticks: {
                color: this.textColor,
                maxTicksLimit: 6,
                callback: (value) =>
                    this.format(value, { humanReadable: true, decimals: 0, digits: [16, 0] }),
            },
        };
        return is_lying ? { x: amounts, y: names } : { x: names, y: amounts };
    }

    get textColor() {
        return getCustomColor(cookie.get("color_scheme"), "#111827", "#e4e4e4");
    }

    /** Break a label in its lines, none of which is too long. */
    shorten(label) {
        const most = this.canvas.el.clientWidth < NARROW ? MAX_LABEL_NARROW : MAX_LABEL;
        return label
            .split("\n")
            .map((line) => (line.length > most ? `${line.slice(0, most - 1)}…` : line));
    }

    onClick(elements) {
        const [bar] = elements;
        if (bar) {
            this.props.open(this.props.chart.series[bar.datasetIndex].opens[bar.index]);
        }
    }
}
