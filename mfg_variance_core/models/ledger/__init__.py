from . import mfg_variance_ledger
from . import mfg_variance_ledger_seal
from . import mfg_variance_ledger_presentation
from . import mfg_variance_ledger_verify
