"""The chain of template databases: plain Odoo, the suite on it, the story on that.

Each is named by the key of what it was made from, so it is made again exactly
when an input changed; a database is renamed to its final name only when whole.
"""

from . import (
    console,
    database,
    fingerprints,
    layout,
    odoo,
    previous,
    process,
    python_env,
    stamps,
)
from .errors import StepFailed

# Odoo's own modules below the suite: what it depends on, and its usual neighbours.
BASE_MODULES = ("mrp_account", "base_automation", "maintenance", "purchase_stock")
# Parts of an addon that leave no trace in a database made by installing it.
TRACELESS = ("tests", "static", "readme", "domain", "README.rst", "README.md")
WHILE_BUILDING = "building"


class Templates:
    """The templates of this clone on one server."""

    def __init__(self, source, server):
        self.source = source
        self.server = server
        # On a shared server two clones must not meet.
        self.prefix = "mfg_" if server.embedded else f"mfg_{layout.clone_id()[:4]}_"

    def name(self, kind, key):
        return f"{self.prefix}{kind}_{key}"

    def base_key(self):
        inside = layout.ROOT / "tools" / "inside" / "prepare.py"
        return fingerprints.of_texts(
            self.source.identity,
            python_env.key(python_env.REQUIREMENTS),
            inside.read_text(),
            *BASE_MODULES,
        )

    def suite_key(self):
        return fingerprints.of_texts(self.base_key(), *self._sources(TRACELESS))

    def story_key(self):
        return fingerprints.of_texts(
            self.suite_key(), *self._sources(("tests", "static", "readme"))
        )

    def _sources(self, without):
        return [
            fingerprints.of_files(
                layout.ROOT, fingerprints.source_files(addon, without)
            )
            for addon in layout.addons()
        ]

    def suite_modules(self):
        modules = [addon.name for addon in layout.addons()]
        if not modules:
            raise StepFailed(
                "no addon stands in the repository", todo="Check the checkout."
            )
        return modules

    def base(self):
        """Odoo's modules without the suite; about a minute, once per requirements."""
        return self._ensure(
            "base", self.base_key(), self._make_base, "Installing Odoo's modules"
        )

    def suite(self):
        """The base with every addon of the repository installed, no story."""
        return self._ensure(
            "suite", self.suite_key(), self._make_suite, "Installing the suite"
        )

    def story(self):
        """The suite with the demo plant's story played."""
        return self._ensure(
            "story", self.story_key(), self._make_story, "Playing the demo story"
        )

    def previous(self):
        """The base with the suite as it landed before, in use; for the upgrade."""
        inside = layout.ROOT / "tools" / "inside" / "life.py"
        key = fingerprints.of_texts(
            self.base_key(), previous.commit(), inside.read_text()
        )
        return self._ensure(
            "previous", key, self._make_previous, "Using the suite as it was"
        )

    def _ensure(self, kind, key, make, title):
        name = self.name(kind, key)
        with process.exclusive("templates"):
            if self._is_whole(kind, name):
                return name
        below = {
            "base": None,
            "previous": self.base,
            "suite": self.base,
            "story": self.suite,
        }[kind]
        source = below() if below else None
        with process.exclusive("templates"):
            if self._is_whole(kind, name):
                return name
            building = self.name(kind, WHILE_BUILDING)
            with console.step(title) as step:
                make(source, building, step)
                database.rename(self.server, building, name)
            self._forget_older(kind, name)
        return name

    def _is_whole(self, kind, name):
        """Whether the template stands; the story counts only with its figures."""
        told = kind != "story" or stamps.is_current("story", name)
        return told and database.exists(self.server, name)

    def _forget_older(self, kind, keep):
        for name in database.names(self.server, f"{self.prefix}{kind}_"):
            if name != keep:
                database.drop(self.server, name)

    def _make_base(self, _source, name, step):
        database.create(self.server, name)
        self._install(name, BASE_MODULES)
        step.update(text="switching off outbound calls")
        odoo.ask(self.server, "prepare", name, "preparing the database")

    def _make_suite(self, source, name, step):
        database.copy(self.server, source, name)
        self._install(name, self.suite_modules())
        step.update(text="building assets")
        odoo.ask(
            self.server, "prepare", name, "preparing the database", {"assets": True}
        )

    def _make_previous(self, source, name, step):
        suite = previous.export()
        conf = odoo.write_conf(self.source, previous.CONF, suite)
        database.copy(self.server, source, name)
        self._install(name, [addon.name for addon in layout.addons(suite)], conf)
        step.update(text="making orders and cases")
        odoo.ask(
            self.server,
            "life",
            name,
            "using the previous landing",
            {"do": "work"},
            conf=conf,
        )

    def _make_story(self, source, name, step):
        database.copy(self.server, source, name)
        answer = odoo.ask(
            self.server,
            "play",
            name,
            "playing the demo story",
            {"story": True},
            lambda row: step.update(
                row.get("done"), row.get("total"), row.get("text", "")
            ),
            "Mend what the last lines above name, then repeat.",
        )
        stamps.write("story", self.name("story", self.story_key()), **answer)

    def _install(self, name, modules, conf=layout.ODOO_CONF):
        what = f"installing {', '.join(modules)}"
        log = odoo.install(self.server, name, modules, what, conf)
        states = database.module_states(self.server, name, modules)
        missing = [module for module in modules if states.get(module) != "installed"]
        if missing:
            raise StepFailed(
                what,
                f"Not installed: {', '.join(missing)}.\n{odoo.problems(log)}",
                "Mend the addon named above, then repeat.",
                log,
            )


def open_templates(source, server):
    """The templates, with Odoo's configuration file written for this source."""
    odoo.write_conf(source)
    return Templates(source, server)
