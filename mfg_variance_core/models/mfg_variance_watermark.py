from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.tools import SQL, mute_logger

from ..domain.watermarks import Watermark, advance

READ = ("policy_id", "settled_id", "seen_id", "seen_number", "passed_at", "create_date")


class MfgVarianceWatermark(models.Model):
    """Up to which measurement a scheduled pass over a policy has read.

    Locked while a node works on the policy, so that two nodes share the policies.
    """

    _name = "mfg.variance.watermark"
    _description = "Progress of a Scheduled Pass"
    _inherit = ["mfg.variance.guarded"]
    _order = "passed_at nulls first, id"
    _rec_name = "policy_id"

    policy_id = fields.Many2one(
        "mfg.variance.policy", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True)
    settled_id = fields.Integer(help="Up to here nothing new can appear.")
    seen_id = fields.Integer(help="Read, and settled once the writers then have ended.")
    # transaction numbers of PostgreSQL do not fit an integer
    seen_number = fields.Float()
    passed_at = fields.Datetime(string="Last Pass")

    _policy_unique = models.Constraint(
        "UNIQUE(policy_id)", "This policy has its progress already."
    )

    @api.model
    def _ensure(self, versions):
        """One row per policy of these live versions; created where missing.

        A new one begins with what was recorded since its policy went live.
        """
        ids = list(dict.fromkeys(version.policy_id for version in versions))
        known = self.search_fetch([("policy_id", "in", ids)], READ)
        missing = set(ids) - set(known.policy_id.ids)
        if not missing:
            return known
        records = self.env["mfg.variance.policy.version"].browse(
            [v.id for v in versions if v.policy_id in missing]
        )
        vals_list = []
        for policy, lives in records.grouped("policy_id").items():
            since = min(v.activated_at or v.shadow_since for v in lives)
            vals_list.append(
                {
                    "policy_id": policy.id,
                    "settled_id": self.env["mfg.variance.measurement"]
                    .search([("recorded_at", "<", since)], order="id desc", limit=1)
                    .id,
                }
            )
        for vals in vals_list:
            try:
                with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                    known |= self._as_system().create([vals]).with_env(self.env)
            except UniqueViolation:
                # another node has just begun with this policy: it is in its hands
                continue
        return known

    def _get_snapshot(self):
        """``(newest id, oldest running transaction, next one)`` as this one sees it."""
        self.env["mfg.variance.measurement"].flush_model()
        return self.env.execute_query(
            SQL(
                "SELECT (SELECT COALESCE(MAX(id), 0) FROM mfg_variance_measurement), "
                "pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint "
                "FROM pg_current_snapshot() AS s"
            )
        )[0]

    def _advance(self, snapshot):
        """Take over what a pass has read by this snapshot."""
        now = self.env["mfg.variance.engine"]._now()
        for one in self._as_system():
            known = Watermark(one.settled_id, one.seen_id, int(one.seen_number))
            mark = advance(known, *snapshot)
            one.write(
                {
                    "settled_id": mark.settled,
                    "seen_id": mark.seen,
                    "seen_number": mark.seen_at,
                    "passed_at": now,
                }
            )
