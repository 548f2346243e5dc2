"""Deadlines for the cases of a database that had one time to respond.

What was acknowledged keeps that deadline, met or missed. For cases that are open the
clocks begin with the update: nobody is late by times that did not hold when the case
was opened.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

from odoo.addons.mfg_variance_core.models.deadline.working_time import WorkingTime

BATCH = 500


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    keep_what_was(env)
    start_clocks(env)


def keep_what_was(env):
    env.cr.execute(
        """
        UPDATE mfg_variance_exception AS e
           SET clock_started_at = e.detected_at,
               respond_minutes = v.respond_minutes
          FROM mfg_variance_exception AS same
          LEFT JOIN mfg_variance_policy_version AS v ON v.id = same.policy_version_id
         WHERE same.id = e.id AND e.clock_started_at IS NULL
        """
    )
    env.cr.execute(
        """
        UPDATE mfg_variance_exception
           SET acknowledge_by = respond_by,
               acknowledge_result = CASE WHEN acknowledged_at <= respond_by
                                         THEN 'met' ELSE 'breached' END
         WHERE respond_by IS NOT NULL AND acknowledged_at IS NOT NULL
           AND is_historic IS NOT TRUE AND acknowledge_by IS NULL
        """
    )
    # of these nothing is due any more
    env.cr.execute(
        """
        UPDATE mfg_variance_exception SET respond_by = NULL
         WHERE state IN ('resolved', 'closed') OR cleared_at IS NOT NULL
            OR is_historic
        """
    )
    env.invalidate_all()


def start_clocks(env):
    now = env["mfg.variance.engine"]._now()
    cases = env["mfg.variance.exception"].search(
        [
            ("is_open", "=", True),
            ("cleared_at", "=", False),
            ("is_historic", "=", False),
            ("state", "!=", "resolved"),
            ("sla_id", "=", False),
        ]
    )
    time = WorkingTime(env)
    for ids in split_every(BATCH, cases.ids):
        for case in cases.browse(ids):
            detected = case.clock_started_at
            case._as_system().write({"clock_started_at": now})
            case._set_deadlines(time)
            if case.state != "new":
                # how long it took to acknowledge it counts from detection
                case._as_system().write({"clock_started_at": detected})
        env.flush_all()
        env.invalidate_all()
    cases._wake_for_deadlines()
