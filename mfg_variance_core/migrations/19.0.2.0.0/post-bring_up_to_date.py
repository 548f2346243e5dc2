"""What a database of the first landing lacks, and installation would have done.

Policies that are new in this version are created by the update, as drafts. They are put
into shadow: judged and counted, so that a process engineer sees what they would have
raised, and nobody on the floor is surprised by the update.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

from odoo.addons.mfg_variance_core.hooks import OPEN_STATES, SHIPPED_POLICIES

BATCH = 1000
USUAL_RESOLUTIONS = {
    "cause_plan": "master_data_error",
    "cause_recording": "recording_error",
}
USUAL_PLAYBOOKS = {
    "category_work": "playbook_overrun",
    "category_material": "playbook_material",
    "category_inventory": "playbook_material",
    "category_quality": "playbook_bad_pieces",
    "category_scrap": "playbook_bad_pieces",
    "category_rework": "playbook_bad_pieces",
}


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    complete_shipped_data(env)
    shadow_new_policies(env)
    freeze_open_orders(env)
    fill_case_lists(env)


def complete_shipped_data(env):
    """Fields that are new on records a plant may have changed: filled where empty."""
    for name, resolution in USUAL_RESOLUTIONS.items():
        cause = env.ref(f"mfg_variance_core.{name}", raise_if_not_found=False)
        if cause and not cause.resolution:
            cause.resolution = resolution
    for category_name, playbook_name in USUAL_PLAYBOOKS.items():
        category = env.ref(
            f"mfg_variance_core.{category_name}", raise_if_not_found=False
        )
        playbook = env.ref(
            f"mfg_variance_core.{playbook_name}", raise_if_not_found=False
        )
        if category and playbook and not category.playbook_id:
            category.playbook_id = playbook
    work = env.ref("mfg_variance_core.category_work", raise_if_not_found=False)
    policy = env.ref(
        "mfg_variance_core.policy_work_order_time", raise_if_not_found=False
    )
    for name in ("consequence", "what_to_do") if work and policy else ():
        work[name] = work[name] or policy[name]


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
