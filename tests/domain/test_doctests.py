"""The examples in the docstrings of the domain are true."""

import doctest
import importlib
import pkgutil

import pytest
import variance_domain

MODULES = sorted(m.name for m in pkgutil.iter_modules(variance_domain.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name):
    module = importlib.import_module(f"variance_domain.{name}")
    failed, tried = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert not failed
    assert tried or name == "__init__"
