/**
 * Chart.js configuration of the series around a case.
 *
 * Nothing is told by colour alone: lines differ by dash and carry their name at
 * their end, the case is a large diamond with its own label.
 */

const LIGHT = {
    text: "#374151",
    grid: "#d8dadd",
    planned: "#6b7280",
    actual: "#0b5394",
    case: "#a1001c",
    halo: "rgba(255, 255, 255, 0.85)",
    info: "#4a7fb0",
    warning: "#9a6b00",
    major: "#c24a00",
    critical: "#a1001c",
};
const DARK = {
    text: "#e4e4e4",
    grid: "#3c3e4b",
    planned: "#a3a9b5",
    actual: "#6fb1f0",
    case: "#ff6b7d",
    halo: "rgba(27, 29, 38, 0.85)",
    info: "#8ab8e0",
    warning: "#ffd15c",
    major: "#ff9a57",
    critical: "#ff6b7d",
};
const DASHES = {info: [2, 4], warning: [6, 4], major: [12, 4], critical: [12, 3, 3, 3]};

/** The value from which on a reading of this plan is beyond the limit. */
export function limitValue(limit, planned, direction) {
    const beyond = Math.max((planned * (limit.percent || 0)) / 100, limit.floor || 0);
    return direction === "lower" ? planned - beyond : planned + beyond;
}

/** Limits that a line can show: those by money alone have no place on this axis. */
function drawableLimits(limits) {
    return (limits || []).filter((limit) => limit.percent || limit.floor);
}

function makeLimitDataset(limit, data, colors, texts) {
    return {
        label: texts.severities[limit.severity],
        data: data.points.map((point) =>
            limitValue(limit, point.planned, data.direction)
        ),
        borderColor: colors[limit.severity],
        borderDash: DASHES[limit.severity],
        borderWidth: 1.5,
        pointRadius: 0,
        pointHitRadius: 0,
        stepped: "middle",
        endLabel: true,
    };
}

function makeDatasets(data, colors, texts) {
    const {points} = data;
    return [
        {
            label: texts.actual,
            data: points.map((point) => point.actual),
            borderColor: colors.actual,
            backgroundColor: points.map((point) =>
                point.is_case ? colors.case : colors.actual
            ),
            pointBorderColor: points.map((point) =>
                point.is_case ? colors.case : colors.actual
            ),
            borderWidth: 2,
            pointStyle: points.map((point) => {
                if (point.is_case) {
                    return "rectRot";
                }
                return point.severity ? "triangle" : "circle";
            }),
            pointRadius: points.map((point) => {
                if (point.is_case) {
                    return 10;
                }
                return point.severity ? 6 : 3;
            }),
            tension: 0,
        },
        {
            label: texts.planned,
            data: points.map((point) => point.planned),
            borderColor: colors.planned,
            backgroundColor: colors.planned,
            borderDash: [4, 2],
            borderWidth: 2,
            pointRadius: 0,
            stepped: "middle",
            endLabel: true,
        },
        ...drawableLimits(data.limits).map((limit) =>
            makeLimitDataset(limit, data, colors, texts)
        ),
    ];
}

/** Writes the name of each line at its end and "This case" over the last diamond. */
function makeLabelPlugin(points, colors, texts) {
    return {
        id: "varianceLabels",
        afterDatasetsDraw(chart) {
            const context = chart.ctx;
            context.save();
            context.font = "12px sans-serif";
            const taken = [];
            chart.data.datasets.forEach((dataset, index) => {
                const elements = chart.getDatasetMeta(index).data;
                const last = elements[elements.length - 1];
                if (!dataset.endLabel || !last) {
                    return;
                }
                let {y} = last;
                while (taken.some((other) => Math.abs(other - y) < 13)) {
                    y -= 13;
                }
                taken.push(y);
                context.fillStyle = dataset.borderColor;
                context.textAlign = "left";
                context.textBaseline = "middle";
                context.fillText(dataset.label, chart.chartArea.right + 6, y);
            });
            context.fillStyle = colors.case;
            context.font = "bold 12px sans-serif";
            context.textBaseline = "bottom";
            const lastOfCase = points.findLastIndex((point) => point.is_case);
            chart.getDatasetMeta(0).data.forEach((element, index) => {
                if (index === lastOfCase) {
                    const {left, right} = chart.chartArea;
                    const half = context.measureText(texts.thisCase).width / 2;
                    const x = Math.min(Math.max(element.x, left + half), right - half);
                    context.textAlign = "center";
                    context.strokeStyle = colors.halo;
                    context.lineWidth = 4;
                    context.strokeText(texts.thisCase, x, element.y - 14);
                    context.fillText(texts.thisCase, x, element.y - 14);
                }
            });
            context.restore();
        },
    };
}

/** What all names begin with up to a slash, "WH/MO/" of the orders of a warehouse. */
function getCommonPrefix(labels) {
    const [first = ""] = labels;
    const prefix = first.slice(0, first.lastIndexOf("/") + 1);
    return labels.every((label) => label.startsWith(prefix)) ? prefix : "";
}

export function buildChart(data, texts) {
    const colors = texts.isDark ? DARK : LIGHT;
    const {points, unit} = data;
    const prefix = getCommonPrefix(points.map((point) => point.label));
    return {
        type: "line",
        data: {
            labels: points.map((point) => point.label.slice(prefix.length)),
            datasets: makeDatasets(data, colors, texts),
        },
        options: {
            animation: false,
            maintainAspectRatio: false,
            layout: {padding: {right: 96, top: 28}},
            interaction: {mode: "index", intersect: false},
            plugins: {
                legend: {display: false},
                tooltip: {
                    callbacks: {
                        title: (items) => {
                            const point = points[items[0].dataIndex];
                            return `${point.label}, ${point.day}`;
                        },
                        label: (item) =>
                            `${item.dataset.label}: ${item.parsed.y.toFixed(1)} ${unit || ""}`,
                    },
                },
            },
            scales: {
                x: {
                    title: {
                        display: Boolean(prefix),
                        text: `${prefix}…`,
                        color: colors.text,
                    },
                    ticks: {color: colors.text, maxRotation: 45, autoSkip: true},
                    grid: {display: false},
                },
                y: {
                    beginAtZero: true,
                    title: {display: Boolean(unit), text: unit, color: colors.text},
                    ticks: {color: colors.text},
                    grid: {color: colors.grid},
                },
            },
        },
        plugins: [makeLabelPlugin(points, colors, texts)],
    };
}
