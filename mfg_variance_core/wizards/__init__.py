# isort: skip_file
# what the others inherit
from . import mfg_variance_dialog
from . import (
    mfg_variance_break_glass_ask,
    mfg_variance_cause_wizard,
    mfg_variance_decide,
    mfg_variance_dispose,
    mfg_variance_control_sign,
    mfg_variance_duty_board,
    mfg_variance_explain,
    mfg_variance_explain_missing,
    mfg_variance_explain_sources,
    mfg_variance_handover_remark,
    mfg_variance_hold_ask,
    mfg_variance_hold_confirm,
    mfg_variance_hold_wizard,
    mfg_variance_ledger_check,
    mfg_variance_ledger_export_ask,
    mfg_variance_pin,
    mfg_variance_pause,
    mfg_variance_shelve,
    mfg_variance_verify,
    mfg_variance_suspect_wizard,
)
