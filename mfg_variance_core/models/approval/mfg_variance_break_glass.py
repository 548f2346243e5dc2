from odoo import api, fields, models

VERDICTS = [("justified", "Justified"), ("not_justified", "Not Justified")]


class MfgVarianceBreakGlass(models.Model):
    """The glass was broken: held stock or work may be used for some hours, not shipped.

    Each one is reviewed by somebody else afterwards, and counted by shift.
    """

    _name = "mfg.variance.break_glass"
    _description = "Broken Glass"
    _inherit = ["mfg.variance.guarded", "mail.thread", "mail.activity.mixin"]
    _order = "broken_at desc, id desc"
    _append_only_columns = (
        "name",
        "hold_id",
        "kind",
        "reason",
        "quantity",
        "hours",
        "broken_by_id",
        "broken_at",
        "expires_at",
        "company_id",
        "plant_id",
        "shift_id",
    )

    name = fields.Char(string="Reference", required=True)
    hold_id = fields.Many2one(
        "mfg.variance.hold", required=True, index=True, ondelete="restrict"
    )
    exception_id = fields.Many2one(related="hold_id.exception_id")
    kind = fields.Char(string="Kind of Hold", required=True)
    reason = fields.Text(required=True)
    quantity = fields.Float(string="Held Quantity", digits="Product Unit")
    hours = fields.Float(required=True)
    broken_by_id = fields.Many2one(
        "res.users", string="Broken By", required=True, ondelete="restrict"
    )
    broken_at = fields.Datetime(string="Broken", required=True)
    expires_at = fields.Datetime(string="Ends", required=True, index=True)
    ended_at = fields.Datetime(string="Ended")
    state = fields.Selection(
        [
            ("in_force", "In Force"),
            ("to_review", "To Be Reviewed"),
            ("reviewed", "Reviewed"),
        ],
        required=True,
        default="in_force",
        index=True,
    )
    verdict = fields.Selection(VERDICTS)
    review_note = fields.Text()
    reviewed_by_id = fields.Many2one("res.users", ondelete="restrict")
    reviewed_at = fields.Datetime(string="Reviewed On")
    company_id = fields.Many2one("res.company", required=True)
    plant_id = fields.Many2one("mfg.variance.plant", index=True, ondelete="restrict")
    shift_id = fields.Many2one("mfg.variance.plant.shift", ondelete="restrict")
    can_review = fields.Boolean(compute="_compute_can_review")

    # what is in force once is in force: it is broken again when it has ended
    _one_in_force = models.UniqueIndex(
        "(hold_id) WHERE state = 'in_force'", "The glass is broken already."
    )

    @api.depends_context("uid")
    @api.depends("state", "broken_by_id")
    def _compute_can_review(self):
        groups = ("quality_manager", "production_manager")
        has_role = any(
            self.env.user.has_group(f"mfg_variance_core.group_{name}")
            for name in groups
        )
        for glass in self:
            glass.can_review = (
                has_role
                and glass.state != "reviewed"
                and glass.broken_by_id != self.env.user
            )

    @api.depends("name", "hold_id")
    def _compute_display_name(self):
        for glass in self:
            # sudo: what was held, for whoever sees the row
            hold = glass.hold_id.sudo().display_name or ""
            glass.display_name = f"{glass.name} · {hold}"

    def _is_log_kept(self):
        """Who broke the glass and why is evidence."""
        return True

    def _get_parties(self):
        """Who broke it does not review it."""
        return {"doer": set(self.broken_by_id.ids)}

    def _is_granted(self):
        """True while it is in force, by its own frozen times."""
        self.ensure_one()
        now = self.env["mfg.variance.engine"]._now()
        return self.broken_at <= now < self.expires_at and not self.ended_at

    def action_review(self):
        """Ask for the verdict of somebody else."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Review"),
            "res_model": "mfg.variance.break_glass.review",
            "view_mode": "form",
            "target": "new",
            "context": {"default_break_glass_id": self.id},
        }
