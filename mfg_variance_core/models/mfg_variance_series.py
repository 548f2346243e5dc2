from odoo import api, fields, models

from .mfg_variance_measurement import SEVERITY_SELECTION

KEPT_POINTS = 200


class MfgVarianceSeries(models.Model):
    """What a policy over a window watches, and what it saw last.

    The source record of measurements of phase ``window``: one per policy and subject
    (a work center, a product, ...), and one more while a version of it is in shadow.
    """

    _name = "mfg.variance.series"
    _description = "Watched Series"
    _inherit = ["mfg.variance.guarded"]
    _order = "is_beyond desc, window_end desc, id desc"

    policy_id = fields.Many2one(
        "mfg.variance.policy", required=True, index=True, ondelete="cascade"
    )
    policy_version_id = fields.Many2one(
        "mfg.variance.policy.version", string="Version", ondelete="restrict"
    )
    metric_id = fields.Many2one(
        "mfg.variance.metric", required=True, ondelete="restrict"
    )
    is_shadow = fields.Boolean(string="Shadow")
    fingerprint = fields.Char(required=True)
    company_id = fields.Many2one("res.company", required=True)
    plant_id = fields.Many2one("mfg.variance.plant", index=True, ondelete="restrict")
    workcenter_id = fields.Many2one(
        "mrp.workcenter", string="Work Center", ondelete="set null"
    )
    operation_id = fields.Many2one("mrp.routing.workcenter", ondelete="set null")
    product_id = fields.Many2one("product.product", ondelete="set null")
    component_id = fields.Many2one("product.product", ondelete="set null")
    lot_id = fields.Many2one("stock.lot", ondelete="set null")

    is_beyond = fields.Boolean(string="Beyond a Limit")
    is_thin = fields.Boolean(
        string="Too Little", help="The window holds too little to be judged."
    )
    severity = fields.Selection(SEVERITY_SELECTION)
    sentence = fields.Char(string="What Was Found")
    order_count = fields.Integer(string="Orders")
    event_count = fields.Integer(string="Events")
    run_count = fields.Integer(string="In a Row")
    pieces = fields.Float(digits=(16, 2))
    defects = fields.Float(string="Bad Pieces", digits=(16, 2))
    probability = fields.Float(
        string="Chance (%)",
        digits=(16, 6),
        help="How likely chance alone brings so many bad pieces.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        string="Cost",
        help="Counted on the cases of the single orders; here it explains only.",
    )
    window_start = fields.Datetime(string="From")
    window_end = fields.Datetime(string="To")
    restart_at = fields.Datetime(
        string="Counts Since", help="What its last closed case answered is left out."
    )
    cleared_at = fields.Datetime(string="Cleared")
    expires_at = fields.Datetime(
        index="btree_not_null", help="Looked at again then, whatever is measured."
    )
    point_ids = fields.Json(string="Readings That Count")

    _identity = models.UniqueIndex(
        "(policy_id, is_shadow, fingerprint)", "This is watched already."
    )

    @api.depends("policy_id", "workcenter_id", "operation_id", "product_id")
    def _compute_display_name(self):
        for series in self:
            # sudo: names of places only, also for a reader without a role in them
            parts = [series.policy_id.name, *series.sudo()._get_subject_names()]
            series.display_name = " · ".join(part for part in parts if part)

    def _get_subject_names(self):
        self.ensure_one()
        subject = (
            self.workcenter_id.name,
            self.operation_id.name,
            self.product_id.display_name,
            self.component_id.display_name,
            self.lot_id.name,
        )
        names = [name for name in subject if name]
        return names or [self.plant_id.name]

    def _get_point_domain(self):
        """The readings of the window, as far as the records say."""
        self.ensure_one()
        domain = [
            ("metric_id", "=", self.metric_id.id),
            ("company_id", "=", self.company_id.id),
            ("phase", "=", "final"),
            ("is_current", "=", True),
        ]
        for name in ("workcenter_id", "operation_id", "product_id", "component_id"):
            if self[name]:
                domain.append((name, "=", self[name].id))
        if self.lot_id:
            domain.append(("lot_id", "=", self.lot_id.id))
        if self.plant_id:
            domain.append(("plant_id", "=", self.plant_id.id))
        if self.window_start:
            domain.append(("event_at", ">=", self.window_start))
        if self.window_end:
            domain.append(("event_at", "<=", self.window_end))
        return domain

    def action_open_readings(self):
        """Open the readings of the window."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_measurement_action"
        )
        return {**action, "domain": self._get_point_domain(), "context": {}}

    def action_open_exceptions(self):
        """Open the cases this series led to."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_exception_action"
        )
        domain = [("source_model", "=", self._name), ("source_id", "=", self.id)]
        return {**action, "domain": domain, "context": {}}
