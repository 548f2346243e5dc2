from . import mfg_variance_ledger
from . import mfg_variance_ledger_seal
