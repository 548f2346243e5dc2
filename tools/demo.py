"""`./run demo`: the demo database, its summary, and the server on it."""

import json
import subprocess
import time

from . import console, database, fingerprints, layout, odoo, process, serve, stamps
from .errors import StepFailed

STAMP = "demo"


def name(templates):
    return f"{templates.prefix}demo"


def ensure_database(templates, fresh=False):
    """The demo database, a copy of the story; kept while the addons are unchanged."""
    demo = name(templates)
    key = templates.story_key()
    kept = stamps.read(STAMP)
    if not fresh and kept.get("key") == key and database.exists(templates.server, demo):
        return demo, kept["story"]
    story = templates.story()
    if database.exists(templates.server, demo):
        console.say(
            "  The addons changed, or --fresh was asked for: the demo is made anew."
        )
    with console.step("Copying the story into the demo database"):
        stamps.remove(STAMP)
        database.copy(templates.server, story, demo)
    told = stamps.read("story")
    stamps.write(
        STAMP, key, story={part: told[part] for part in ("story", "logins")}, logs={}
    )
    return demo, stamps.read(STAMP)["story"]


def replay(templates, demo, path):
    """Replay a production log into the demo database, unless it was before."""
    if not path.is_file():
        raise StepFailed(
            f"there is no log at {path}", todo="Give --log the path of a CSV file."
        )
    key = fingerprints.of_files(path.parent, [path])
    kept = stamps.read(STAMP)
    if key in kept.get("logs", {}):
        console.say("  This log was replayed before; its figures are shown again.")
        return kept["logs"][key]
    rejects = layout.LOG / f"{path.stem}-rejects.csv"
    with console.step(f"Replaying {path.name}") as step:
        answer = odoo.ask(
            templates.server,
            "play",
            demo,
            f"replaying {path.name}",
            {"log": str(path.resolve()), "rejects": str(rejects)},
            lambda row: step.update(
                row.get("done"), row.get("total"), row.get("text", "")
            ),
            "Repeat the command: a replay takes up where it stopped.",
        )
    console.say(f"  Rejected lines, with their reasons: {rejects}")
    stamps.write(
        STAMP,
        kept["key"],
        story=kept["story"],
        logs={**kept["logs"], key: answer["log"]},
    )
    return answer["log"]


def lines(figures, indent="    "):
    """Summary lines of nested figures, one per value."""
    shown = []
    for label, value in figures.items():
        words = str(label).replace("_", " ")
        if isinstance(value, dict):
            shown += [f"{indent}{words}:", *lines(value, indent + "  ")]
        elif isinstance(value, list):
            shown.append(f"{indent}{words}:")
            shown += [f"{indent}  {row}" for row in rows(value)] or [f"{indent}  none"]
        else:
            shown.append(f"{indent}{words}: {value}")
    return shown


def rows(items):
    """Lines of a list: aligned columns under their names when it holds records."""
    if not items or not all(isinstance(item, dict) for item in items):
        return [str(item) for item in items]
    names = list(items[0])
    cells = [[name.replace("_", " ") for name in names]]
    cells += [[cell(item.get(name)) for name in names] for item in items]
    widths = [max(len(row[n]) for row in cells) for n in range(len(names))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        for row in cells
    ]


def cell(value):
    """A figure in a column; what is unknown is a dash."""
    return "-" if value in (None, False, "") else str(value)


def print_summary(summary):
    for part, title in (
        ("story", "The demo plant's story"),
        ("log", "The production log"),
    ):
        if part in summary:
            console.say(f"\n{title}")
            console.say("\n".join(lines(summary[part])))


def print_logins(logins, port):
    console.say(f"\nVariance Control is served at {serve.url(port)} (loopback only).")
    width = max((len(row[0]) for row in logins), default=4)
    console.say(f"    {'role':<{width}}  login / password")
    for role, login, password in logins:
        console.say(f"    {role:<{width}}  {login} / {password}")
    console.say("Stop it with Ctrl-C here, or `./run stop` elsewhere.")


def run(templates, options):
    """The whole command; returns its exit code."""
    begun = time.monotonic()
    if not options.no_serve:
        serve.require_free(options.port)
    if process.read_pid("server") and options.fresh:
        raise StepFailed(
            "the demo is being served", todo="`./run stop` first, then --fresh."
        )
    demo, told = ensure_database(templates, options.fresh)
    summary = {"database": demo, "story": told["story"]}
    if options.log:
        summary["log"] = replay(templates, demo, options.log)
    summary["seconds"] = round(time.monotonic() - begun, 1)
    print_summary(summary)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(summary, indent=2, sort_keys=True) + "\n")
    if options.no_serve:
        return 0
    with console.step("Starting the server"):
        child = serve.start(templates.server, demo, options.port)
    print_logins(told["logins"], options.port)
    serve.until_interrupted(child)
    return 0


def shell(templates, which=None):
    """An interactive Odoo shell on the demo database (or another one of ours)."""
    demo = which or ensure_database(templates)[0]
    command = [
        layout.PYTHON,
        "-m",
        "odoo",
        "shell",
        "-c",
        layout.ODOO_CONF,
        "-d",
        demo,
        "--no-http",
    ]
    return subprocess.call(
        [str(part) for part in command], env=odoo.environment(templates.server)
    )
