import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bare_domain import ROOT, bare_addons

FIXTURE = ROOT / "mfg_variance_demo" / "tests" / "data" / "small_log.csv"


@pytest.fixture(scope="package")
def domain():
    """The demo addon's pure modules."""
    with bare_addons("mfg_variance_core", "mfg_variance_demo") as load:
        yield SimpleNamespace(
            log_file=load("mfg_variance_demo.domain.log_file"),
            log_plan=load("mfg_variance_demo.domain.log_plan"),
            story=load("mfg_variance_demo.domain.story"),
            story_pieces=load("mfg_variance_demo.domain.story_pieces"),
            story_governance=load("mfg_variance_demo.domain.story_governance"),
            story_handling=load("mfg_variance_demo.domain.story_handling"),
        )


@pytest.fixture
def small_log():
    """A synthetic log in the layout of the real one, with dirty lines at its end."""
    return FIXTURE.read_bytes()
