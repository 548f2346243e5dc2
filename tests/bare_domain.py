"""Import the pure modules of an addon without Odoo.

The addons' ``__init__`` import models, so the packages above a domain module are
represented by bare packages that only know their folder. They leave ``sys.modules``
at the end: a real Odoo may be loaded later in the same process.
"""

import importlib
import sys
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]


def _forget_odoo():
    for name in [n for n in sys.modules if n == "odoo" or n.startswith("odoo.")]:
        del sys.modules[name]


def _add_package(name, path):
    module = ModuleType(name)
    module.__path__ = path
    sys.modules[name] = module


@contextmanager
def bare_addons(*addons):
    """Yield ``load(dotted)``, importing e.g. ``mfg_variance_core.domain.clocks``."""
    before = dict(sys.modules)
    _forget_odoo()
    _add_package("odoo", [])
    _add_package("odoo.addons", [])
    for addon in addons:
        _add_package(f"odoo.addons.{addon}", [str(ROOT / addon)])
    try:
        yield lambda dotted: importlib.import_module(f"odoo.addons.{dotted}")
    finally:
        _forget_odoo()
        sys.modules.update(before)
