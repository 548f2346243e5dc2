from . import mfg_variance_authority
from . import mfg_variance_approval_rule
from . import mfg_variance_approval_rule_step
from . import mfg_variance_approval
from . import mfg_variance_approval_step
from . import mfg_variance_approval_decision
from . import mfg_variance_approval_flow
from . import res_users
