"""The command line of `./run`.

The first stage needs nothing but Python: it makes the environment in `.var/venv`
and starts the same command again inside it. Everything else happens there.
"""

import argparse
import contextlib
import os
import signal
import sys
from pathlib import Path

from . import console, layout, process, python_env
from .errors import StepFailed
from .results import Results

NEEDS_NOTHING = {"stop", "status"}
NEEDS_TOOLS = {"test", "lint", "bench", "i18n", "setup"}
COUNTING = {"test", "lint"}
INTERRUPTED = 130
# survives the second start inside the environment
CALLED_FROM = "VARIANCE_CALLED_FROM"


def from_caller(text):
    """A path as the caller meant it: relative to where the command was typed."""
    return Path(os.environ.get(CALLED_FROM, "."), text)


def parser():
    """The argument parser, which is also the help."""
    top = argparse.ArgumentParser(
        prog="run", description="Sets up, demonstrates and tests the suite."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser(
        "demo", help="make the demo database and serve it on loopback"
    )
    demo.add_argument("--no-serve", action="store_true", help="stop after the summary")
    demo.add_argument(
        "--log",
        type=from_caller,
        metavar="FILE",
        help="also replay a production log (CSV)",
    )
    demo.add_argument(
        "--json",
        type=from_caller,
        metavar="OUT",
        help="write the summary's figures as JSON",
    )
    demo.add_argument("--port", type=int, default=8069, help="port to serve on (8069)")
    demo.add_argument(
        "--fresh", action="store_true", help="make the demo database anew"
    )
    demo.add_argument(
        "--seeds",
        type=int,
        default=0,
        metavar="N",
        help="instead play N smaller stories by other seeds and print what was found",
    )
    commands.add_parser("stop", help="end what this clone started, and nothing else")
    test = commands.add_parser(
        "test", help="run all tests, lint included, or the part named"
    )
    test.add_argument("words", nargs="*", metavar="PATH_OR_KEYWORD")
    test.add_argument(
        "--odoo", action="store_true", help="Odoo's own suites against the baseline"
    )
    test.add_argument(
        "--odoo-baseline", action="store_true", help="measure that baseline again"
    )
    commands.add_parser(
        "bench", help="measure what the suite costs Odoo (options as `tools.bench`)"
    )
    shell = commands.add_parser("shell", help="an Odoo shell on the demo database")
    shell.add_argument("--database", help="another database of this clone")
    verify = commands.add_parser(
        "verify", help="follow the chain of the ledger; fails where it breaks"
    )
    verify.add_argument("--database", help="another database of this clone")
    lint = commands.add_parser("lint", help="all static checks")
    lint.add_argument(
        "--fix", action="store_true", help="let the formatters mend what they can"
    )
    commands.add_parser("i18n", help="write the translation templates again")
    commands.add_parser(
        "docs", help="write the role guide and the table of refusals again"
    )
    commands.add_parser("setup", help="fetch and set up everything, run nothing")
    commands.add_parser("status", help="what is set up and what runs")
    return top


def read(arguments):
    """The parsed command line; only `bench` has options this parser does not know."""
    options, rest = parser().parse_known_args(arguments)
    if rest and options.command != "bench":
        parser().error(f"unrecognized arguments: {' '.join(rest)}")
    options.rest = rest
    return options


def set_up(command):
    """Odoo and the environment, as far as the command needs them."""
    from . import odoo_source, postgres

    layout.make_folders()
    with process.exclusive("setup"):
        source = odoo_source.ensure()
        wanted = [python_env.REQUIREMENTS]
        if command in NEEDS_TOOLS:
            wanted = [python_env.DEVELOPMENT]
        elif not postgres.named_server():
            wanted.append(python_env.EMBEDDED)
        python_env.ensure(source, *wanted)
    return source


def enter_environment(arguments):
    """Start this command again inside the environment (does not return)."""
    sys.stdout.flush()
    os.execve(
        layout.PYTHON,
        [str(layout.PYTHON), "-m", "tools", *arguments],
        {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def dispatch(options, source):
    """Run the command inside the environment; returns the exit code."""
    from . import (
        attack_guide,
        baseline,
        bench_call,
        demo,
        lint,
        postgres,
        role_guide,
        seeds,
        templates,
        testing,
        translations,
        verify,
    )

    if options.command == "lint":
        if options.fix:
            lint.fix()
        return testing.close(lint.run())
    if options.command == "docs":
        return role_guide.write() or attack_guide.write()
    with postgres.in_use() as server:
        chain = templates.open_templates(source, server)
        if options.command == "demo" and options.seeds:
            return seeds.run(chain, options)
        if options.command == "demo":
            return demo.run(chain, options)
        if options.command == "shell":
            return demo.shell(chain, options.database)
        if options.command == "verify":
            return verify.run(chain, options.database)
        if options.command == "bench":
            return bench_call.run(chain, options.rest)
        if options.command == "i18n":
            translations.write(chain)
            return 0
        if options.command == "setup":
            chain.suite()
            return 0
        if options.odoo_baseline:
            return baseline.measure(chain)
        if options.odoo:
            return baseline.compare(chain)
        if options.words:
            return testing.close(testing.run_part(chain, options.words))
        return testing.close(testing.run_everything(chain))


def broken_off(failed):
    """The Results of a test run that could not go on: one failure."""
    results = Results()
    results.add("failed", failed.what)
    return results


def interrupt(_signal, _frame):
    raise KeyboardInterrupt


def main(arguments=None):
    """Parse, set up, run; every failure ends in one explained message."""
    arguments = sys.argv[1:] if arguments is None else arguments
    os.environ.setdefault(CALLED_FROM, os.getcwd())
    options = read(arguments)
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, interrupt)
    os.chdir(layout.ROOT)
    try:
        if options.command in NEEDS_NOTHING:
            return state(options)
        source = set_up(options.command)
        if not python_env.inside():
            enter_environment(arguments)
        return dispatch(options, source)
    except StepFailed as failed:
        console.say(f"\n{failed}")
        if options.command in COUNTING:
            console.say(f"\n{broken_off(failed).closing_line()}")
        return 1
    except KeyboardInterrupt:
        console.say("\nInterrupted; finished steps are kept.")
        return INTERRUPTED
    finally:
        with contextlib.suppress(KeyboardInterrupt):
            process.end_all()


def state(options):
    """`status` and `stop` look at what there is; only databases need a driver."""
    from . import status

    if options.command == "stop":
        return status.stop()
    if layout.PYTHON.exists() and not python_env.inside():
        enter_environment(["status"])
    return status.show()
