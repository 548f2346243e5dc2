from . import mfg_variance_cause_wizard, mfg_variance_duty_board, mfg_variance_explain
