from odoo import api, fields, models

from ..guard import own_entry
from .mfg_variance_guarded import KEPT_DAYS

GC_BATCH = 10000


class MfgVarianceRun(models.Model):
    """One row per automation run worth telling: crons, steps, checks and failures."""

    _name = "mfg.variance.run"
    _description = "Automation Run"
    _inherit = ["mfg.variance.guarded"]
    _append_only_columns = (
        "name",
        "kind",
        "outcome",
        "started_at",
        "duration_ms",
        "record_count",
        "error",
        "res_model",
        "res_id",
        "company_id",
    )
    _order = "id desc"

    name = fields.Char(required=True)
    kind = fields.Selection(
        [
            ("rule", "Rule"),
            ("judge", "Judging"),
            ("cron", "Scheduled action"),
            ("step", "Playbook step"),
            ("health", "Health check"),
        ],
        required=True,
    )
    outcome = fields.Selection(
        [("ok", "Done"), ("failed", "Failed"), ("skipped", "Skipped")], required=True
    )
    started_at = fields.Datetime(required=True, index=True)
    duration_ms = fields.Integer(string="Duration (ms)")
    record_count = fields.Integer(string="Records")
    error = fields.Text()
    res_model = fields.Char(string="Model")
    res_id = fields.Many2oneReference(string="Record", model_field="res_model")
    company_id = fields.Many2one("res.company", index=True)
    exception_id = fields.Many2one(
        "mfg.variance.exception", index="btree_not_null", ondelete="cascade"
    )
    step_id = fields.Many2one("mfg.variance.playbook.step", ondelete="set null")
    push_user_id = fields.Many2one(
        "res.users",
        string="Called",
        readonly=True,
        ondelete="set null",
        help="Whose calls in a shift this one counts among.",
    )
    push_refusal = fields.Char(
        string="Why Nobody Was Called", readonly=True, help="As a code."
    )
    rule_id = fields.Many2one("base.automation", ondelete="set null")

    _calls = models.Index("(push_user_id, started_at) WHERE push_user_id IS NOT NULL")

    @api.model
    def _log(self, kind, name, outcome="ok", **values):
        """Append a row; a failure is also told to the automation owner."""
        values.setdefault("started_at", self.env["mfg.variance.engine"]._now())
        row = self._as_system().create(
            {"kind": kind, "name": name, "outcome": outcome, **values}
        )
        row = row.with_env(self.env)
        if outcome == "failed":
            row._tell_automation_owner()
        return row

    @api.autovacuum
    @own_entry
    def _gc_runs(self):
        """Forget what went well long ago; failures and what is of a case stay.

        The trigger of the table lets exactly these rows go.
        """
        before = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        old = self.search(
            [
                ("started_at", "<", before),
                ("outcome", "!=", "failed"),
                ("exception_id", "=", False),
            ],
            limit=GC_BATCH,
        )
        old._as_system().unlink()
        return len(old), len(old) == GC_BATCH

    def _tell_automation_owner(self):
        """One bus message per failure; the rows are the list to work from.

        A failure of no company concerns all of them.
        """
        for row in self:
            # sudo: every company has to hear of what concerns them all
            companies = row.company_id or self.env["res.company"].sudo().search(
                [("active", "=", True)]
            )
            self._notify_automation_owners(
                companies, self.env._("Variance automation failed"), row.name
            )

    @api.model
    def _notify_automation_owners(self, companies, title, message):
        """Tell each automation owner of these companies once, on screen."""
        for owner in companies._get_automation_owners():
            self.env["mfg.variance.engine"]._notify(
                owner, title, message, "danger", is_sticky=True
            )
