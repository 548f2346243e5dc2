from . import (
    mfg_variance_cause_wizard,
    mfg_variance_decide,
    mfg_variance_dispose,
    mfg_variance_control_sign,
    mfg_variance_duty_board,
    mfg_variance_explain,
    mfg_variance_explain_missing,
    mfg_variance_explain_sources,
    mfg_variance_handover_remark,
    mfg_variance_ledger_check,
    mfg_variance_pin,
    mfg_variance_shelve,
)
