from . import mfg_variance_cause_wizard
from . import mfg_variance_explain
