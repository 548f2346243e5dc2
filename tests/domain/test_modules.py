"""The domain stands alone, and the examples in its docstrings are true."""

import ast
import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest
import variance_domain

FOLDER = Path(variance_domain.__file__).parent
MODULES = sorted(m.name for m in pkgutil.iter_modules(variance_domain.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name):
    module = importlib.import_module(f"variance_domain.{name}")
    failed, tried = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert tried
    assert not failed


@pytest.mark.parametrize("name", MODULES)
def test_nothing_of_odoo_is_imported(name):
    tree = ast.parse((FOLDER / f"{name}.py").read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = {node.module or "" for node in imports if not node.level}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    assert not any(name.split(".")[0] == "odoo" for name in names)
    assert all(node.level <= 1 for node in imports)


def test_the_package_offers_every_module():
    assert all(hasattr(variance_domain, name) for name in MODULES)
