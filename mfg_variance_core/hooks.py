from odoo.tools import SQL

from .guard import SYSTEM, TOKEN_KEY
from .models.ir_actions_server import VARIANCE_STATES

OPEN_STATES = ("confirmed", "progress", "to_close")
SHIPPED_POLICIES = (
    "policy_work_order_time",
    "policy_setup_time",
    "policy_material_usage",
    "policy_material_missing",
    "policy_material_price",
    "policy_inventory_adjustment",
    "policy_negative_stock",
    "policy_repeated_overruns",
    "policy_scrap",
    "policy_quality_ratio",
    "policy_completion",
    "policy_byproduct_ratio",
    "policy_scrap_rate",
    "policy_first_pass_rate",
)
# the judging and its evidence, all of which go with the addon
EMPTIED_MODELS = (
    "mfg.variance.break_glass",
    "mfg.variance.delegation",
    "mfg.variance.disposition",
    "mfg.variance.approval.decision",
    "mfg.variance.approval.step",
    "mfg.variance.approval",
    "mfg.variance.suspect.line",
    "mfg.variance.suspect",
    "mfg.variance.hold",
    "mfg.variance.case.step.log",
    "mfg.variance.case.step",
    "mfg.variance.allotment",
    "mfg.variance.shadow.hit",
    "mfg.variance.handover",
    "mfg.variance.problem",
    "mfg.variance.problem.reason",
    "mfg.variance.measurement",
    "mfg.variance.measurement.archive",
    "mfg.variance.rollup",
    "mfg.variance.rollup.month",
    "mfg.variance.run",
    "mfg.variance.silence",
    "mfg.variance.exception.escalation",
    "mfg.variance.exception.pause",
    "mfg.variance.exception.task",
    "mfg.variance.exception",
    "mfg.variance.sla",
    "mfg.variance.escalation",
    "mfg.variance.incident",
    "mfg.variance.inhibition",
    "mfg.variance.watch",
    "mfg.variance.series",
    "mfg.variance.standard.review",
    "mfg.variance.watermark",
    "mfg.variance.standard",
    "mfg.variance.policy.limit",
    "mfg.variance.policy",
    "mfg.variance.policy.version",
    "mfg.variance.control.review",
    "mfg.variance.ledger.export",
    "mfg.variance.ledger.seal",
    "mfg.variance.ledger",
)

OWN_FUNCTIONS = (
    "mfg_variance_append_only()",
    "mfg_variance_archive(integer, timestamp, integer, timestamp, varchar)",
    "mfg_variance_ledger_fill()",
    "mfg_variance_ledger_keep()",
    "mfg_variance_ledger_purge(text, varchar, varchar)",
)


def post_init_hook(env):
    """Give warehouses their plants, freeze open orders, activate the shipped pack.

    Work in progress is watched from now on; nothing says again that it was started.
    """
    # as while its data were loaded: what an installation brings is told by its version
    env = env(context={**env.context, "install_module": "mfg_variance_core"})
    warehouses = env["stock.warehouse"].with_context(active_test=False).search([])
    env["mfg.variance.plant"]._create_for_warehouses(warehouses)
    orders = env["mrp.production"].search([("state", "in", OPEN_STATES)])
    open_work = orders.workorder_ids.filtered(
        lambda workorder: workorder.state not in ("done", "cancel")
    )
    env["mfg.variance.standard"]._freeze_workorders(open_work, source="frozen_late")
    env["mfg.variance.standard"]._freeze_components(orders, source="frozen_late")
    policies = env["mfg.variance.policy"]
    for name in SHIPPED_POLICIES:
        policies |= env.ref(f"mfg_variance_core.{name}")
    versions = policies.version_id.with_context(**{TOKEN_KEY: SYSTEM})
    env["mfg.variance.policy.version"]._activate_shipped(versions)
    running = open_work.filtered(lambda workorder: workorder.state == "progress")
    env["mfg.variance.engine"]._arm_watches(running)


def uninstall_hook(env):
    """Leave manufacturing without a rule or scheduled action of ours."""
    actions = env["ir.actions.server"].search([("state", "in", VARIANCE_STATES)])
    rules = (
        env["base.automation"]
        .with_context(active_test=False)
        .search([("action_server_ids", "in", actions.ids)])
    )
    # a rule that does more than ours is somebody's: it only loses our action
    rules.filtered(lambda rule: rule.action_server_ids <= actions).unlink()
    actions.exists().unlink()
    env.flush_all()
    for function in OWN_FUNCTIONS:
        env.cr.execute(SQL("DROP FUNCTION IF EXISTS %s CASCADE", SQL(function)))
    _empty_evidence(env)


def _empty_evidence(env):
    """Empty what refuses to be deleted record by record, or keeps master data.

    Evidence refers to policies, metrics and categories, so Odoo could not delete
    those one by one. The tables themselves go with the models right after; so do
    the foreign keys, which would make emptying them a matter of order and of time.
    """
    tables = tuple(env[name]._table for name in EMPTIED_MODELS)
    env.cr.execute(
        """
        SELECT conrelid::regclass::text, conname
          FROM pg_constraint
         WHERE contype = 'f'
           AND confrelid IN (SELECT oid FROM pg_class WHERE relname IN %s
                                AND relnamespace = current_schema::regnamespace)
        """,
        [tables],
    )
    for table, name in env.cr.fetchall():
        env.cr.execute(
            SQL("ALTER TABLE %s DROP CONSTRAINT %s", SQL(table), SQL.identifier(name))
        )
    for table in tables:
        env.cr.execute(SQL("TRUNCATE %s", SQL.identifier(table)))
    env.cr.execute("DELETE FROM ir_model_data WHERE model IN %s", [EMPTIED_MODELS])
    env.invalidate_all()
    env.registry.clear_cache()
