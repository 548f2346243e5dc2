"""From figures to the table people read and the JSON machines read."""

from statistics import median

from .databases import FOUR_RULES, IDLE_RULES, PLAIN, SUITE

HEADERS = (
    "what",
    "Odoo alone",
    "with the suite",
    "ratio",
    "budget",
    "four plain Automation Rules",
    "same rules, doing nothing",
)


def summarize(scenarios, figures, runs):
    """Return medians and ratios as plain values; ratios are against Odoo alone."""
    rows = []
    for scenario in scenarios:
        of_variant = figures[scenario.key]
        for measure, index, factor, budget in (
            ("queries", 0, 1, scenario.query_budget),
            ("ms", 1, 1000, scenario.time_budget),
        ):
            medians = {
                name: round(median(run[index] for run in runs_of) * factor, 1)
                for name, runs_of in of_variant.items()
            }
            ratios = {
                name: round(value / medians[PLAIN], 3)
                for name, value in medians.items()
            }
            rows.append(
                {
                    "scenario": scenario.key,
                    "title": scenario.title,
                    "measure": measure,
                    "median": medians,
                    "ratio": ratios,
                    "budget": budget,
                    "over": bool(budget and ratios[SUITE] > budget),
                    "judged": measure == "queries",
                }
            )
    return {"runs": runs, "rows": rows}


def to_markdown(results):
    """Return the table of the README."""
    lines = [
        "| " + " | ".join(HEADERS) + " |",
        "|" + "---|" * len(HEADERS),
    ]
    for row in results["rows"]:
        budget = f"<= {row['budget']:.2f}" if row["budget"] else "-"
        ratio = f"{row['ratio'][SUITE]:.2f}"
        cells = (
            f"{row['title']}, {row['measure']}",
            f"{row['median'][PLAIN]:.0f}",
            f"{row['median'][SUITE]:.0f}",
            f"**{ratio}** (over)" if row["over"] else ratio,
            budget,
            _format_other(row, FOUR_RULES),
            _format_other(row, IDLE_RULES),
        )
        lines.append("| " + " | ".join(cells) + " |")
    lines.append("")
    lines.append(f"Medians of {results['runs']} interleaved runs.")
    return "\n".join(lines)


def _format_other(row, variant):
    if variant not in row["median"]:
        return "-"
    return f"{row['median'][variant]:.0f} ({row['ratio'][variant]:.2f})"
