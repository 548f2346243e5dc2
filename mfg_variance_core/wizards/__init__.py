from . import mfg_variance_cause_wizard, mfg_variance_explain
from . import mfg_variance_handover_remark
