from .guard import SYSTEM, TOKEN_KEY

OPEN_STATES = ("confirmed", "progress", "to_close")
SHIPPED_POLICIES = (
    "policy_work_order_time",
    "policy_setup_time",
)


def post_init_hook(env):
    """Give warehouses their plants, freeze open orders, activate the shipped pack."""
    warehouses = env["stock.warehouse"].with_context(active_test=False).search([])
    env["mfg.variance.plant"]._create_for_warehouses(warehouses)
    orders = env["mrp.production"].search([("state", "in", OPEN_STATES)])
    open_work = orders.workorder_ids.filtered(
        lambda workorder: workorder.state not in ("done", "cancel")
    )
    env["mfg.variance.standard"]._freeze_workorders(open_work, source="frozen_late")
    policies = env["mfg.variance.policy"]
    for name in SHIPPED_POLICIES:
        policies |= env.ref(f"mfg_variance_core.{name}")
    versions = policies.version_id.with_context(**{TOKEN_KEY: SYSTEM})
    env["mfg.variance.policy.version"]._activate_shipped(versions)


def uninstall_hook(env):
    """Leave manufacturing without a rule or scheduled action of ours."""
    actions = env["ir.actions.server"].search(
        [("state", "in", ("variance_evaluate", "variance_raise", "variance_playbook"))]
    )
    rules = env["base.automation"].with_context(active_test=False)
    rules.search([("action_server_ids", "in", actions.ids)]).unlink()
    actions.unlink()
    env.cr.execute("DROP FUNCTION IF EXISTS mfg_variance_append_only() CASCADE")
