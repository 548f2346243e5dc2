"""Run Odoo test classes on a loaded registry, as one shard of several.

Odoo's own loader, suite and result do the work, so tours, retries and logs are
Odoo's. The database is a copy that already has everything installed: nothing is
upgraded. Shards share one folder of claims; whoever creates a class's claim file
runs that class, which balances the shards without knowing durations beforehand.
"""

import signal
import time
from pathlib import Path

from tools.inside import boot


def matches(test, words):
    """Whether a test is asked for: no word, or one word found in its id."""
    name = f"{test.id()} {type(test).__module__.replace('.', '/')}".lower()
    return not words or any(word.lower() in name for word in words)


def collect(modules, words):
    """{class name: its tests}, browser classes and long ones first."""
    from odoo.tests import loader
    from odoo.tests.tag_selector import TagsSelector

    wanted = TagsSelector("standard")
    classes = {}
    for module in modules:
        for test_module in loader.get_test_modules(module):
            for test in loader.get_module_test_cases(test_module):
                if wanted.check(test) and matches(test, words):
                    name = f"{type(test).__module__}.{type(test).__qualname__}"
                    classes.setdefault(name, []).append(test)
    return classes


def in_order(classes, durations):
    """Names of classes, the longest first; a browser class is taken to be long."""
    from odoo.tests import HttpCase

    def rank(name):
        guess = 30 if isinstance(classes[name][0], HttpCase) else len(classes[name])
        return -durations.get(name, guess), name

    return sorted(classes, key=rank)


def claim(folder, name):
    """Take a class for this shard; False when another shard has it."""
    try:
        (folder / name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def make_recorder():
    """Odoo's test result that also keeps each test's outcome by name."""
    from odoo.tests.result import OdooTestResult

    class Recorder(OdooTestResult):
        def __init__(self):
            super().__init__()
            self.outcomes = {}

        def startTest(self, test):
            self.outcomes[test.id()] = "passed"
            super().startTest(test)

        def _mark(self, test, outcome):
            self.outcomes[getattr(test, "test_case", test).id()] = outcome

        def addError(self, test, err):
            if not self._soft_fail:
                self._mark(test, "failed")
            super().addError(test, err)

        def addFailure(self, test, err):
            if not self._soft_fail:
                self._mark(test, "failed")
            super().addFailure(test, err)

        def addSkip(self, test, reason):
            self._mark(test, "skipped")
            super().addSkip(test, reason)

    return Recorder()


def start_http(port):
    """The HTTP server browser and JSON tests talk to."""
    import odoo.http
    from odoo.service import server
    from odoo.tools import config

    config["http_port"] = port
    server.load_server_wide_modules()
    server.server = server.ThreadedServer(odoo.http.root)
    server.server.start(stop=False)
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.default_int_handler)
    return server.server


def run_class(tests, recorder):
    """Run one class; returns its duration."""
    import odoo.modules.module
    from odoo.tests.suite import OdooSuite

    begun = time.monotonic()
    OdooSuite(sorted(tests, key=lambda test: getattr(test, "test_sequence", 0)))(
        recorder
    )
    odoo.modules.module.current_test = False
    return round(time.monotonic() - begun, 2)


def main():
    conf, database, log, request = boot.read_arguments()
    boot.configure(conf, database, log, "--log-handler=odoo.tests.stats:WARNING")
    import odoo.tests  # noqa: F401  before the registry: it patches what tests need
    from odoo.modules.registry import Registry
    from odoo.tools import config

    http = start_http(request["port"])
    Registry(database)
    # Only now: with it on, loading the registry would run the tests by itself.
    config["test_enable"] = True
    classes = collect(request["modules"], request.get("words"))
    recorder, durations = make_recorder(), {}
    for name in in_order(classes, request.get("durations", {})):
        if claim(Path(request["claims"]), name):
            boot.speak(done=len(recorder.outcomes), text=name.rpartition(".")[2])
            durations[name] = run_class(classes[name], recorder)
    config["test_enable"] = False
    boot.speak(answer={"outcomes": recorder.outcomes, "durations": durations})
    http.stop()


if __name__ == "__main__":
    main()
