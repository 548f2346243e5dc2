from odoo import api, fields, models
from odoo.tools import SQL


class MfgVarianceRollupProgress(models.Model):
    """Up to which measurement the roll-up has read; one row, locked by its pass."""

    _name = "mfg.variance.rollup.progress"
    _description = "Progress of the Monthly Figures"
    _inherit = ["mfg.variance.guarded"]

    settled_id = fields.Integer(help="Up to here nothing new can appear.")

    @api.model
    def _take(self):
        """The row, locked; empty while another node works."""
        row = self.search([], order="id", limit=1)
        if not row:
            row = self._as_system().create({"settled_id": 0}).with_env(self.env)
        return row.try_lock_for_update()

    def _settle(self):
        """Move up to what no transaction can add to any more.

        Ids are drawn before they are committed, so the last hour is read again each
        time: no request and no scheduled action may take as long.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE mfg_variance_rollup_progress SET settled_id = GREATEST("
                "settled_id, (SELECT MAX(id) FROM mfg_variance_measurement "
                "WHERE id > %s AND create_date < now() AT TIME ZONE 'UTC' "
                "- interval '1 hour')) WHERE id = %s",
                self.settled_id,
                self.id,
            )
        )
        self.invalidate_recordset()
