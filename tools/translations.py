"""Translation templates: `./run i18n` writes them, tests see they are current."""

import re
import tempfile
from pathlib import Path

from . import console, layout, odoo, process
from .results import Results

# What differs between two exports of the same sources.
VOLATILE = re.compile(
    r'^"(?:POT-Creation-Date|PO-Revision-Date|Project-Id-Version): .*\n', re.MULTILINE
)


def pot_path(addon):
    return addon / "i18n" / f"{addon.name}.pot"


def comparable(text):
    """A template without the lines that change from export to export."""
    return VOLATILE.sub("", text)


def export(templates, database, addon, target):
    """Write an addon's template to `target`."""
    process.run(
        [
            *(layout.PYTHON, "-m", "odoo", "i18n", "export", "-c", layout.ODOO_CONF),
            *("-d", database, "-l", "pot", "-o", target, addon.name),
        ],
        f"exporting the texts of {addon.name}",
        layout.LOG / f"i18n-{addon.name}.log",
        env=odoo.environment(templates.server),
    )


def write(templates):
    """Export every addon's template into its i18n folder."""
    suite = templates.suite()
    for addon in layout.addons():
        with console.step(f"Exporting the texts of {addon.name}"):
            path = pot_path(addon)
            path.parent.mkdir(exist_ok=True)
            export(templates, suite, addon, path)


def check(templates):
    """One check per addon: its template says what the sources say."""
    results, suite = Results(), templates.suite()
    with console.step("Translation templates"), tempfile.TemporaryDirectory() as folder:
        for addon in layout.addons():
            fresh = Path(folder) / f"{addon.name}.pot"
            export(templates, suite, addon, fresh)
            stored = pot_path(addon)
            new = fresh.read_text() if fresh.exists() else ""
            old = stored.read_text() if stored.exists() else ""
            same = comparable(new) == comparable(old)
            why = "" if same else "The .pot is not what the sources give: `./run i18n`."
            results.add("passed" if same else "failed", f"i18n of {addon.name}", why)
    return results
