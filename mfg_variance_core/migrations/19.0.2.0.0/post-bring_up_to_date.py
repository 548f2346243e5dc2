"""What a database of the first landing lacks, and installation would have done.

Policies that are new in this version are created by the update, as drafts. They are put
into shadow: judged and counted, so that a process engineer sees what they would have
raised, and nobody on the floor is surprised by the update.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

from odoo.addons.mfg_variance_core.hooks import OPEN_STATES, SHIPPED_POLICIES

BATCH = 1000


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    shadow_new_policies(env)
    freeze_open_orders(env)
    fill_case_lists(env)


def shadow_new_policies(env):
    for name in SHIPPED_POLICIES:
        # a plant may have deleted one, or changed it in a version of its own
        policy = env.ref(f"mfg_variance_core.{name}", raise_if_not_found=False)
        version = policy and policy.version_ids
        if version and len(version) == 1 and version.state == "draft":
            version._check_content()
            version._transition("shadow")


def freeze_open_orders(env):
    """Components were not frozen before; orders already finished stay without."""
    orders = env["mrp.production"].search([("state", "in", OPEN_STATES)])
    for part in split_every(BATCH, orders.ids, orders.browse):
        env["mfg.variance.standard"]._freeze_components(part, source="frozen_late")


def fill_case_lists(env):
    """Lists sort by columns that are new."""
    cases = env["mfg.variance.exception"].search([])
    for part in split_every(BATCH, cases.ids, cases.browse):
        part._refresh_listed()
