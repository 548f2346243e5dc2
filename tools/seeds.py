"""`./run demo --seeds N`: the story by other seeds, and how often a fault is found.

One fixed story may be luck. Each seed tells another one; nothing of them is kept.
"""

import json
from collections import Counter
from statistics import median

from . import console, database, odoo

ORDERS = 60
HEADERS = (
    "planted fault",
    "found in",
    "median events until found",
    "median hours until found",
)


def summarize(stories):
    """Per kind of fault in how many stories it was found and how soon; the noise."""
    kinds = [fault["kind"] for fault in stories[0]["faults"]]
    plants = [row["plant"] for row in stories[0]["noise_per_week"]]
    return {
        "seeds": [story["seed"] for story in stories],
        "orders": stories[0]["orders"],
        "faults": [_of_kind(kind, stories) for kind in kinds],
        "noise_per_week": [_of_plant(plant, stories) for plant in plants],
        "outcomes": dict(sum((Counter(one["outcomes"]) for one in stories), Counter())),
    }


def _of_kind(kind, stories):
    mine = [
        fault for story in stories for fault in story["faults"] if fault["kind"] == kind
    ]
    found = [fault for fault in mine if fault["found"]]
    return {
        "kind": kind,
        "planted_in": sum(bool(fault["planted"]) for fault in mine),
        "found_in": len(found),
        "after_events": _median(fault["after_events"] for fault in found),
        "after_hours": _median(fault["after_hours"] for fault in found),
    }


def _of_plant(plant, stories):
    rows = [
        row
        for story in stories
        for row in story["noise_per_week"]
        if row["plant"] == plant
    ]
    return {
        "plant": plant,
        "median": _median(row["per_week"] for row in rows),
        "highest": max(row["per_week"] for row in rows),
        "worst_week": max(row["worst_week"] for row in rows),
    }


def _median(values):
    """The median, or None of nothing."""
    values = list(values)
    return round(median(values), 2) if values else None


def to_markdown(summary):
    """The two tables people read."""
    lines = [
        "| " + " | ".join(HEADERS) + " |",
        "|" + "---|" * len(HEADERS),
    ]
    for row in summary["faults"]:
        cells = (
            row["kind"].replace("_", " "),
            f"{row['found_in']} of {row['planted_in']}",
            _shown(row["after_events"]),
            _shown(row["after_hours"]),
        )
        lines.append("| " + " | ".join(cells) + " |")
    lines += [
        "",
        "| plant | noise a week, median | highest | worst week |",
        "|---|---|---|---|",
    ]
    for row in summary["noise_per_week"]:
        cells = (
            row["plant"],
            f"{row['median']:g}",
            f"{row['highest']:g}",
            str(row["worst_week"]),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _shown(value):
    return "-" if value is None else f"{value:g}"


def run(templates, options):
    """Play the seeds in a database of their own and print; returns the exit code."""
    name = f"{templates.prefix}seeds"
    source = templates.suite()
    try:
        with console.step(f"Playing {options.seeds} stories") as step:
            database.copy(templates.server, source, name)
            answer = odoo.ask(
                templates.server,
                "play",
                name,
                "playing stories by other seeds",
                {"seeds": list(range(1, options.seeds + 1)), "orders": ORDERS},
                lambda row: step.update(
                    row.get("done"), row.get("total"), row.get("text", "")
                ),
                "Mend what the last lines above name, then repeat.",
            )
    finally:
        database.drop(templates.server, name)
    summary = summarize(answer["stories"])
    console.say(f"\n{to_markdown(summary)}")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(summary, indent=2, sort_keys=True) + "\n")
    return 0
