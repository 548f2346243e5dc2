"""`./run test`: lint, the tests from outside, and the addons' tests in two shards."""

import json
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import (
    browser,
    console,
    database,
    layout,
    lint,
    logcheck,
    odoo,
    process,
    pytest_report,
    selection,
    serve,
    stamps,
    translations,
)
from .errors import StepFailed, tail
from .results import Results

SHARDS = 2
DURATIONS = "durations"


def run_pytest(templates, paths):
    """The tests below `tests/`, or the given ones; they start servers themselves."""
    log = layout.LOG / "pytest.log"
    report = layout.RUN / "pytest.json"
    report.unlink(missing_ok=True)
    more = {pytest_report.VARIABLE: report, "VARIANCE_RUN": "1"}
    environment = {
        **odoo.environment(templates.server),
        **{k: str(v) for k, v in more.items()},
    }
    command = [layout.PYTHON, "-m", "pytest", "-q", "-p", "tools.pytest_report", *paths]
    log.unlink(missing_ok=True)
    results = Results()
    with console.step("Tests from outside (pytest)") as step:
        code = process.finish(process.start(command, log, environment))
        outcomes = json.loads(report.read_text()) if report.exists() else {}
        for name, (outcome, why) in outcomes.items():
            results.add(outcome, name, why)
        if code not in (0, 1, 5) or (code == 1 and results.is_good):
            results.add("failed", "pytest itself", tail(log))
        step.update(text=results.closing_line())
    return results


class Shards:
    """Odoo's tests of some modules, spread over copies of one template."""

    def __init__(self, templates, template, modules, words=(), shards=SHARDS):
        self.templates = templates
        self.template = template
        self.modules = list(modules)
        self.words = list(words)
        self.names = [f"{templates.prefix}shard_{n}" for n in range(1, shards + 1)]

    def run(self, title):
        """Run all shards; returns (outcomes by test, failure reports, log files)."""
        claims = Path(tempfile.mkdtemp(prefix="claims-", dir=layout.RUN))
        progress = {}
        try:
            with console.step(title) as step:

                def hear(name, row):
                    progress[name] = row
                    done = sum(part["done"] for part in progress.values())
                    running = ", ".join(part["text"] for part in progress.values())
                    step.update(text=f"{done} done, now {running}")

                with ThreadPoolExecutor(len(self.names)) as pool:
                    jobs = [
                        pool.submit(
                            self._run_shard,
                            name,
                            claims,
                            lambda row, n=name: hear(n, row),
                        )
                        for name in self.names
                    ]
                    answers = [job.result() for job in jobs]
                step.update(text=f"{sum(len(a['outcomes']) for a in answers)} tests")
        finally:
            shutil.rmtree(claims, ignore_errors=True)
        self._remember(answers)
        logs = [layout.LOG / f"run_tests-{name}.log" for name in self.names]
        return {k: v for answer in answers for k, v in answer["outcomes"].items()}, logs

    def _run_shard(self, name, claims, hear):
        server = self.templates.server
        with process.exclusive("copying"):
            database.copy(server, self.template, name)
        database.keep_unvacuumed(server, name)
        try:
            return odoo.ask(
                server,
                "run_tests",
                name,
                "running Odoo's tests",
                {
                    "port": serve.free_port(),
                    "modules": self.modules,
                    "words": self.words,
                    "claims": str(claims),
                    "durations": stamps.read(DURATIONS).get("classes", {}),
                },
                hear,
                "Read the log named above: the test process itself broke off.",
            )
        finally:
            database.drop(server, name)

    def _remember(self, answers):
        known = stamps.read(DURATIONS).get("classes", {})
        for answer in answers:
            known.update(answer["durations"])
        if not self.words:
            stamps.write(DURATIONS, "", classes=known)


def reports(text):
    """{start of a failure report: its lines} from a server log."""
    found, current = {}, None
    for line in text.splitlines():
        row = logcheck.LINE.match(line)
        if row:
            current = None
            if row["level"] == "ERROR" and logcheck.TEST_REPORT.match(row["text"]):
                current = found.setdefault(row["text"], [])
        elif current is not None:
            current.append(line)
    return found


def why_failed(name, logs):
    """The report of a failed test, found by the last two parts of its name."""
    wanted = ".".join(name.split(".")[-2:])
    for log in logs:
        for head, lines in reports(log.read_text(errors="replace")).items():
            if wanted in head or name in head:
                return "\n".join([head, *lines[-25:]])
    return "See the server logs in .var/log."


def run_addons(templates, words=(), shards=SHARDS):
    """The addons' own tests and the cleanness of the logs they leave."""
    suite = templates.suite()
    browser.ensure()
    parts = Shards(templates, suite, templates.suite_modules(), words, shards)
    outcomes, logs = parts.run("Odoo tests of the addons")
    results = Results()
    for name, outcome in sorted(outcomes.items()):
        results.add(
            outcome, name, why_failed(name, logs) if outcome == "failed" else ""
        )
    results.merge(check_logs(logs))
    return results


def check_logs(logs):
    """One check per log: nothing unexplained in it."""
    results = Results()
    bad = logcheck.check_files(logs)
    for log in logs:
        why = "\n".join(bad.get(log, [])[: lint.LONGEST_SHOWN])
        results.add("failed" if why else "passed", f"clean server log: {log.name}", why)
    return results


def install_logs():
    """The logs of the last installations of the templates."""
    return sorted(layout.LOG.glob("install-*_building.log"))


def run_everything(templates):
    """The whole suite of tests; lint runs beside the making of the templates.

    A stage that breaks off is one failure; the stages after it still run.
    """
    results = Results()
    with ThreadPoolExecutor(1) as pool:
        linting = pool.submit(stage, lint.run)
        results.merge(stage(lambda: installation(templates)))
        results.merge(linting.result())
    results.merge(stage(lambda: translations.check(templates)))
    results.merge(stage(lambda: run_addons(templates)))
    results.merge(stage(lambda: run_pytest(templates, [])))
    return results


def stage(work):
    """The Results of a piece of work, or one failure when it broke off."""
    try:
        return work()
    except StepFailed as failed:
        results = Results()
        results.add("failed", failed.what, str(failed))
        return results


def installation(templates):
    """Make the templates; their installation logs must be clean."""
    browser.ensure()
    templates.suite()
    templates.story()
    return check_logs(install_logs())


def run_part(templates, words):
    """Only what the words name."""
    chosen = selection.select(words)
    results = Results()
    if chosen.pytest:
        results.merge(run_pytest(templates, chosen.pytest))
    if chosen.odoo:
        results.merge(run_addons(templates, chosen.odoo, shards=1))
    return results


def close(results):
    """Print failures, then the closing line; returns the exit code."""
    lint.report(results)
    console.say()
    console.say(results.closing_line())
    return 0 if results.is_good else 1
