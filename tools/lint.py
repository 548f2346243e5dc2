"""Lint as OCA's 19.0 branches do it, and the repository's own rules.

A check is a name and either a command (good when it exits with 0) or a function
that returns the lines to complain about.
"""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import console, layout, node, python_env
from .results import Results

PRETTIER_SUFFIXES = (".xml", ".js", ".scss")
TEXT_SUFFIXES = {
    *(".py", ".xml", ".js", ".scss", ".md", ".rst", ".txt", ".csv", ".toml"),
    *(".yml", ".yaml", ".json", ".conf", ".sh", ".cfg", ".po", ".pot", ""),
}
# Folders that exist on one machine only, and hosts a clone elsewhere may not reach.
MACHINE_PATH = re.compile(r"(?<![\w.:~$}/-])/(?:work|root|home|farm|Users)/\w")
REGISTRY_HOST = re.compile(
    r"\b(?:[\w-]+\.)?(?:pypi\.(?:org|python\.org)|pythonhosted\.org|npmjs\.(?:org|com)"
    r"|debian\.org|docker\.io|ghcr\.io)\b"
)
LONGEST_SHOWN = 40


@dataclass(frozen=True)
class Check:
    """One thing lint looks at; `fix` is the command that mends it by itself."""

    name: str
    command: tuple = ()
    look: object = None
    fix: tuple = ()


def tracked_files():
    """Files git knows or would add, as paths relative to the repository."""
    answer = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=layout.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = sorted(set(answer.stdout.splitlines()))
    return [Path(name) for name in names if (layout.ROOT / name).is_file()]


def unwelcome(text):
    """(line number, reason) of machine paths and registry hosts in a text."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if MACHINE_PATH.search(line):
            found.append((number, "an absolute path of a machine"))
        if REGISTRY_HOST.search(line):
            found.append((number, "the name of a package registry's host"))
    return found


def look_for_unwelcome():
    """The repository speaks of no machine and of no registry."""
    rows = []
    for path in tracked_files():
        if path.suffix in TEXT_SUFFIXES:
            text = (layout.ROOT / path).read_text(errors="replace")
            rows += [f"{path}:{number} {why}" for number, why in unwelcome(text)]
    return rows


def checks():
    """Every check, with the files that exist now."""
    addons = [addon.name for addon in layout.addons()]
    formatted = [str(p) for p in tracked_files() if p.suffix in PRETTIER_SUFFIXES]
    prettier = ("node_modules/.bin/prettier", "--log-level=warn")
    found = [
        Check(
            "ruff",
            ("ruff", "check", "--quiet", "--output-format=concise", "."),
            fix=("ruff", "check", "--fix", "."),
        ),
        Check(
            "ruff format",
            ("ruff", "format", "--check", "."),
            fix=("ruff", "format", "."),
        ),
        Check("no machine path, no registry host", look=look_for_unwelcome),
    ]
    if addons:
        found += [
            Check("pylint-odoo", ("pylint", "--rcfile=.pylintrc-mandatory", *addons)),
            Check(
                "OCA module checks",
                ("oca-checks-odoo-module", *addons),
                fix=("oca-checks-odoo-module", "--fix", *addons),
            ),
        ]
    if formatted:
        found.append(
            Check(
                "prettier",
                (*prettier, "--check", *formatted),
                fix=(*prettier, "--write", *formatted),
            )
        )
    return found


def run_check(check):
    """The complaints of one check, as text; empty when it is good."""
    if check.look:
        return "\n".join(check.look())
    answer = subprocess.run(
        check.command,
        cwd=layout.ROOT,
        env=python_env.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    said = f"{answer.stdout}\n{answer.stderr}".strip()
    return "" if answer.returncode == 0 else said or f"exit code {answer.returncode}"


def run():
    """All checks, two at a time; returns their Results."""
    node.ensure()
    results = Results()
    found = checks()
    with console.step(f"Lint: {len(found)} checks"), ThreadPoolExecutor(2) as pool:
        said = list(pool.map(run_check, found))
    for check, complaint in zip(found, said, strict=True):
        results.add(
            "failed" if complaint else "passed", f"lint: {check.name}", complaint
        )
    return results


def fix():
    """Let the formatters mend what they can."""
    node.ensure()
    for check in checks():
        if check.fix:
            with console.step(f"Mending: {check.name}"):
                subprocess.run(
                    check.fix,
                    cwd=layout.ROOT,
                    env=python_env.environment(),
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    check=False,
                )


def report(results):
    """Print what failed, each with at most some dozens of lines."""
    for name, why in results.failures:
        lines = why.splitlines()
        console.say(f"\nFAILED {name}")
        console.say("\n".join(f"    {line}" for line in lines[:LONGEST_SHOWN]))
        if len(lines) > LONGEST_SHOWN:
            console.say(f"    … and {len(lines) - LONGEST_SHOWN} more lines")
