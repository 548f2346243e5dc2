import {loadBundle} from "@web/core/assets";
import {deserializeDateTime, formatDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {buildChart} from "./series_chart";
import {Component, onWillStart, useEffect, useRef} from "@odoo/owl";

/** Whether the text around is light: schemes differ by addon, colours do not lie. */
function hasLightText(element) {
    const color = window.getComputedStyle(element).color;
    const [red, green, blue] = (color.match(/\d+/g) || [0, 0, 0]).map(Number);
    return (red * 299 + green * 587 + blue * 114) / 1000 > 128;
}

/** The series around a case: planned, actual, limits, and the case itself marked. */
export class SeriesChartField extends Component {
    static template = "mfg_variance_core.SeriesChartField";
    static props = {...standardFieldProps};

    setup() {
        this.canvasRef = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (canvas, data) => {
                if (!canvas || !data) {
                    return;
                }
                const chart = new window.Chart(canvas, this.chartConfig);
                return () => chart.destroy();
            },
            () => [this.canvasRef.el, JSON.stringify(this.data)]
        );
    }

    get data() {
        return this.props.record.data[this.props.name];
    }

    get hasPoints() {
        return Boolean(this.data?.points?.length);
    }

    get points() {
        return this.data.points.map((point) => ({
            ...point,
            day: formatDate(deserializeDateTime(point.event_at)),
        }));
    }

    get chartConfig() {
        return buildChart(
            {...this.data, points: this.points},
            {
                isDark: hasLightText(this.canvasRef.el),
                planned: _t("Planned"),
                actual: _t("Actual"),
                thisCase: this.data.case_label || _t("This case"),
                severities: {
                    info: _t("Info limit"),
                    warning: _t("Warning limit"),
                    major: _t("Major limit"),
                    critical: _t("Critical limit"),
                },
            }
        );
    }

    /** What the picture shows, for whoever does not see it. */
    get summary() {
        const own = this.points.filter((point) => point.is_case);
        const parts = own.map((point) =>
            _t("%(label)s: planned %(planned)s, actual %(actual)s %(unit)s", {
                label: point.label,
                planned: point.planned.toFixed(1),
                actual: point.actual.toFixed(1),
                unit: this.data.unit || "",
            })
        );
        return _t("Chart of %(metric)s over %(count)s readings. This case: %(own)s.", {
            metric: this.data.metric || "",
            count: this.points.length,
            own: parts.join("; "),
        });
    }
}

registry.category("fields").add("variance_series_chart", {
    component: SeriesChartField,
    displayName: _t("Variance Series"),
    supportedTypes: ["json"],
    isEmpty: () => false,
});
