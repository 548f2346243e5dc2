"""`./run verify`: does the chain of the ledger hold, and where does it break?"""

from . import console, database, demo, odoo

BROKEN = 1


def run(templates, which=None):
    """Verify the ledger of the demo database (or another one); returns the exit code.

    A demo made by other sources is verified as it is: making it anew would remove
    what was asked about.
    """
    name = which or demo.name(templates)
    if not which and not database.exists(templates.server, name):
        name = demo.ensure_database(templates)[0]
    result = odoo.ask(
        templates.server,
        "verify",
        name,
        "verifying the ledger",
        todo="Does this database have the suite? See ./run status.",
    )
    for line in describe(name, result):
        console.say(line)
    return 0 if result["is_intact"] else BROKEN


def describe(name, result):
    """The lines of a result as people read them."""
    if result["is_intact"]:
        yield f"The ledger of {name} is intact: {result['count']} rows hold."
    else:
        yield f"The ledger of {name} is BROKEN: {result['sentence']}"
        if result["ledger_id"]:
            what = " ".join(filter(None, [result["kind"], result["record"]]))
            yield f"  first row that breaks: {result['ledger_id']} {what}".rstrip()
        yield f"  rows that hold before it: {result['count']}"
    yield f"  last seal that holds: {result['head']}"
    if result["waiting_count"]:
        age = console.seconds(result["waiting_minutes"] * 60)
        yield f"  rows without a seal yet: {result['waiting_count']}, oldest {age}"
    yield f"  outside: {result['anchor_sentence']}"
