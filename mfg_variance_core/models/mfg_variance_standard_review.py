from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..guard import check_person


class MfgVarianceStandardReview(models.Model):
    """A standard that work keeps beating: for the engineer to correct, or to leave.

    Written by the weekly pass; decided by a process engineer with a reason. Nobody is
    alarmed by what goes well.
    """

    _name = "mfg.variance.standard.review"
    _description = "Standards Review"
    _inherit = ["mfg.variance.guarded"]
    _order = "state, saved_per_year desc, id desc"

    state = fields.Selection(
        [
            ("open", "Open"),
            ("accepted", "Accepted"),
            ("dismissed", "Dismissed"),
            ("settled", "No Longer Better"),
        ],
        default="open",
        required=True,
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True
    )
    plant_id = fields.Many2one("mfg.variance.plant", readonly=True, ondelete="restrict")
    metric_id = fields.Many2one(
        "mfg.variance.metric", required=True, readonly=True, ondelete="restrict"
    )
    product_id = fields.Many2one("product.product", readonly=True, ondelete="set null")
    component_id = fields.Many2one(
        "product.product", readonly=True, ondelete="set null"
    )
    operation_id = fields.Many2one(
        "mrp.routing.workcenter", readonly=True, ondelete="set null"
    )
    workcenter_id = fields.Many2one(
        "mrp.workcenter", string="Work Center", readonly=True, ondelete="set null"
    )
    policy_version_id = fields.Many2one(
        "mfg.variance.policy.version", readonly=True, ondelete="restrict"
    )
    reading_count = fields.Integer(string="Readings", readonly=True)
    ratio_percent = fields.Float(
        string="Of the Plan (%)",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="The median of what was needed, in percent of what was planned.",
    )
    suggested = fields.Float(
        string="Suggested per Unit",
        digits=(16, 4),
        readonly=True,
        aggregator=None,
        help="The median of what was needed for one unit, set-up included.",
    )
    unit = fields.Char(readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    saved_per_year = fields.Monetary(
        string="Better by, per Year",
        readonly=True,
        help="What the readings saved against the plan, taken to a year. Orders are "
        "calculated too expensive by this.",
    )
    since = fields.Datetime(string="Readings Since", readonly=True)
    reviewed_at = fields.Datetime(string="Last Look", readonly=True)
    reason = fields.Char(help="Why it is accepted, or why the standard stays.")
    decided_by_id = fields.Many2one("res.users", string="Decided By", readonly=True)
    decided_at = fields.Datetime(string="Decided", readonly=True)

    _one_open = models.UniqueIndex(
        "(company_id, metric_id, COALESCE(plant_id, 0), COALESCE(product_id, 0), "
        "COALESCE(component_id, 0), COALESCE(operation_id, 0), "
        "COALESCE(workcenter_id, 0)) WHERE state = 'open'",
        "This standard is under review already.",
    )

    @property
    def _guarded_fields(self):
        """Everything but the engineer's reason."""
        return frozenset(
            name for name, field in self._fields.items() if field.store
        ) - {"reason"}

    @api.depends("product_id", "component_id", "operation_id", "workcenter_id")
    def _compute_display_name(self):
        for row in self:
            # sudo: names of places only, also for a reader without a role in them
            place = row.sudo()
            parts = (
                place.product_id.display_name,
                place.component_id.display_name,
                place.operation_id.name,
                place.workcenter_id.name,
            )
            row.display_name = " · ".join(part for part in parts if part)

    def write(self, vals):
        decided = self.filtered(lambda row: row.state in ("accepted", "dismissed"))
        if "reason" in vals and decided:
            raise UserError(
                self.env._(
                    "%(review)s is decided; its reason stays as it was given.",
                    review=decided[0].display_name,
                )
            )
        return super().write(vals)

    def action_accept(self):
        """The standard is to be corrected, and the engineer sees to it."""
        return self._decide("accepted")

    def action_dismiss(self):
        """The standard stays; the readings until now are answered."""
        return self._decide("dismissed")

    def _decide(self, state):
        check_person(self.env)
        if not self.env.user.has_group("mfg_variance_core.group_process_engineer"):
            raise AccessError(
                self.env._("Only a process engineer may decide about a standard.")
            )
        # as the user himself, so that record rules of company and plant count
        self.with_env(self.env(su=False)).check_access("write")
        for row in self:
            if row.state != "open":
                raise UserError(
                    self.env._(
                        "%(review)s is decided already.", review=row.display_name
                    )
                )
            if not (row.reason or "").strip():
                raise UserError(
                    self.env._(
                        "%(review)s: say why in the reason first.",
                        review=row.display_name,
                    )
                )
            row._as_system().write(
                {
                    "state": state,
                    "decided_by_id": self.env.uid,
                    "decided_at": self.env["mfg.variance.engine"]._now(),
                }
            )
        return True

    def action_open_readings(self):
        """Open the readings behind the review."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_measurement_action"
        )
        domain = [
            ("metric_id", "=", self.metric_id.id),
            ("company_id", "=", self.company_id.id),
            ("plant_id", "=", self.plant_id.id),
            ("product_id", "=", self.product_id.id),
            ("operation_id", "=", self.operation_id.id),
            ("workcenter_id", "=", self.workcenter_id.id),
            ("phase", "=", "final"),
            ("is_current", "=", True),
            ("event_at", ">", self.since),
        ]
        return {**action, "domain": domain, "context": {}}
