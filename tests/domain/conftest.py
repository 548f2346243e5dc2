"""Make the decisions of ``mfg_variance_core/domain`` importable without Odoo.

Importing them as part of their addon would import Odoo; here the folder is loaded as a
package of its own, named ``variance_domain``.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "mfg_variance_core" / "domain"

if "variance_domain" not in sys.modules:
    spec = spec_from_file_location(
        "variance_domain",
        FOLDER / "__init__.py",
        submodule_search_locations=[str(FOLDER)],
    )
    sys.modules["variance_domain"] = package = module_from_spec(spec)
    spec.loader.exec_module(package)
