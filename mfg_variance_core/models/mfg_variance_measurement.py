from odoo import api, fields, models

from ..domain.outcomes import OUTCOMES

SEVERITY_SELECTION = [
    ("info", "Info"),
    ("warning", "Warning"),
    ("major", "Major"),
    ("critical", "Critical"),
]
AMOUNT_KINDS = [
    ("loss", "Loss"),
    ("explained_by", "Explained by other amounts"),
    ("at_risk", "At risk"),
    ("saving", "Saving"),
]

# what may be added up
LEAF_KINDS = ("loss", "saving")


class MfgVarianceMeasurement(models.Model):
    """One judged figure: planned against actual, with the outcome and its reason.

    Identity is (metric, source, phase, revision); a correction appends a revision
    that supersedes the earlier row (D2). Rows are written by the engine only.
    """

    _name = "mfg.variance.measurement"
    _description = "Variance Measurement"
    _inherit = ["mfg.variance.guarded"]
    _append_only_columns = (
        "metric_id",
        "metric_code",
        "source_model",
        "source_id",
        "phase",
        "revision",
        "planned",
        "actual",
        "quantity",
        "defects",
        "deviation",
        "deviation_percent",
        "outside_minutes",
        "unit",
        "event_at",
        "recorded_at",
        "timeliness",
        "amount",
        "amount_kind",
        "leaf_amount",
        "amount_formula",
        "amount_missing_reason",
        "currency_id",
        "category_id",
        "standard_id",
        "company_id",
        "plant_id",
        "product_id",
        "product_categ_id",
        "component_id",
        "lot_id",
        "operation_id",
        "workcenter_id",
        "production_id",
        "workorder_id",
        "outcome",
        "outcome_detail",
        "severity",
        "policy_version_id",
        "considered",
        "limits",
        "muted_by_silence_id",
        "muted_by_inhibition_id",
        "muted_by_exception_id",
        "muted_by_log_id",
    )
    _order = "event_at desc, id desc"
    _rec_name = "id"

    metric_id = fields.Many2one(
        "mfg.variance.metric", required=True, ondelete="restrict"
    )
    metric_code = fields.Char(required=True)
    category_id = fields.Many2one("mfg.variance.category", ondelete="restrict")
    source_model = fields.Char(required=True)
    source_id = fields.Many2oneReference(model_field="source_model", required=True)
    phase = fields.Selection(
        [("running", "Running"), ("final", "Final"), ("window", "Window")],
        required=True,
    )
    revision = fields.Integer(required=True, default=1)
    is_current = fields.Boolean(default=True)
    superseded_by_id = fields.Many2one("mfg.variance.measurement", ondelete="set null")

    planned = fields.Float(digits=(16, 4))
    actual = fields.Float(digits=(16, 4))
    quantity = fields.Float(digits=(16, 4))
    defects = fields.Float(
        string="Bad Pieces",
        digits=(16, 4),
        help="Of the quantity, where pieces are counted; what a rate is made of.",
    )
    unit = fields.Char()
    deviation = fields.Float(digits=(16, 4), aggregator="sum")
    deviation_percent = fields.Float(digits=(16, 2), aggregator="avg")
    outside_minutes = fields.Float(
        string="Outside Operating Hours",
        digits=(16, 2),
        help="Minutes of the actual time outside the work center's calendar.",
    )
    event_at = fields.Datetime(required=True)
    recorded_at = fields.Datetime(required=True)
    timeliness = fields.Selection(
        [("live", "Live"), ("late", "Late"), ("historic", "Historic")], required=True
    )

    currency_id = fields.Many2one("res.currency")
    # never summed: a total and its leaves stand in one column
    amount = fields.Monetary(help="Positive is a loss.", aggregator=None)
    amount_kind = fields.Selection(AMOUNT_KINDS)
    leaf_amount = fields.Monetary(
        string="Loss",
        help="The amount where it may be added up; 0 for totals that others explain, "
        "and for what is only at risk. Positive is a loss, negative a saving.",
    )
    amount_formula = fields.Char()
    amount_missing_reason = fields.Char()

    company_id = fields.Many2one("res.company", required=True)
    plant_id = fields.Many2one("mfg.variance.plant", ondelete="restrict")
    shift_id = fields.Many2one("mfg.variance.plant.shift", ondelete="set null")
    product_id = fields.Many2one("product.product", ondelete="set null")
    product_categ_id = fields.Many2one("product.category", ondelete="set null")
    component_id = fields.Many2one(
        "product.product", ondelete="set null", index="btree_not_null"
    )
    lot_id = fields.Many2one("stock.lot", ondelete="set null", index="btree_not_null")
    operation_id = fields.Many2one("mrp.routing.workcenter", ondelete="set null")
    workcenter_id = fields.Many2one(
        "mrp.workcenter", string="Work Center", ondelete="set null"
    )
    production_id = fields.Many2one(
        "mrp.production", string="Manufacturing Order", ondelete="set null"
    )
    workorder_id = fields.Many2one(
        "mrp.workorder", string="Work Order", ondelete="set null"
    )
    standard_id = fields.Many2one("mfg.variance.standard", ondelete="set null")
    allotment_ids = fields.One2many(
        "mfg.variance.allotment", "measurement_id", string="Allotted to Orders"
    )

    outcome = fields.Selection(list(OUTCOMES), required=True)
    outcome_detail = fields.Char()
    severity = fields.Selection(SEVERITY_SELECTION)
    policy_version_id = fields.Many2one(
        "mfg.variance.policy.version", ondelete="restrict"
    )
    considered = fields.Json(help="The policies considered, best first.")
    limits = fields.Json(help="The limits the reading was held against.")
    exception_id = fields.Many2one(
        "mfg.variance.exception", index="btree_not_null", ondelete="restrict"
    )

    muted_by_silence_id = fields.Many2one(
        "mfg.variance.silence",
        string="Shelved By",
        index="btree_not_null",
        ondelete="restrict",
    )
    muted_by_inhibition_id = fields.Many2one(
        "mfg.variance.inhibition",
        string="Suppressed By",
        index="btree_not_null",
        ondelete="restrict",
    )
    muted_by_exception_id = fields.Many2one(
        "mfg.variance.exception",
        string="Explained by Case",
        index="btree_not_null",
        ondelete="restrict",
    )
    muted_by_log_id = fields.Many2one(
        "mrp.workcenter.productivity",
        string="Explained by Stop",
        index="btree_not_null",
        ondelete="set null",
    )

    _identity = models.UniqueIndex(
        "(metric_id, source_model, source_id, phase, revision)",
        "This reading was measured already.",
    )
    _company_metric_event = models.Index("(company_id, metric_id, event_at, id)")
    _workorder_current = models.Index("(workorder_id) WHERE is_current")
    _production_current = models.Index("(production_id) WHERE is_current")
    # what a window over the last readings walks along
    _window_center = models.Index(
        "(metric_id, workcenter_id, event_at, id) WHERE is_current AND phase = 'final'"
    )
    _window_product = models.Index(
        "(metric_id, product_id, event_at, id) WHERE is_current AND phase = 'final'"
    )
    _series = models.Index("(workcenter_id, operation_id, metric_id, event_at)")
    # a row goes to the archive only after those it has superseded
    _superseded_by = models.Index(
        "(superseded_by_id) WHERE superseded_by_id IS NOT NULL"
    )
    _event_range = models.Index("USING brin (event_at)")
    _recorded_range = models.Index("USING brin (recorded_at)")

    @api.depends("metric_id", "source_model", "source_id", "phase")
    def _compute_display_name(self):
        for row in self:
            # sudo: a reference only, also for a reader without a role in Manufacturing
            place = row.sudo().workorder_id or row.sudo().production_id
            row.display_name = f"{row.metric_id.name}: {place.display_name or row.id}"

    muted_by_text = fields.Char(string="Muted By", compute="_compute_muted_by_text")

    def _compute_muted_by_text(self):
        for row in self:
            # sudo: names of what mutes it; a stop belongs to Manufacturing
            row.muted_by_text = row.sudo()._get_muted_by() or False

    def _get_muted_by(self):
        """What mutes this reading, in words; empty if nothing does."""
        self.ensure_one()
        if self.muted_by_silence_id:
            return self.muted_by_silence_id.display_name
        cause = self.muted_by_exception_id or self.muted_by_log_id
        return cause.display_name or self.muted_by_inhibition_id.display_name or ""

    def _get_muted_text(self):
        """How many of these readings are muted, and by what."""
        names = dict.fromkeys(name for row in self if (name := row._get_muted_by()))
        return self.env._(
            "%(count)s beyond a limit, muted by: %(names)s",
            count=len(self),
            names=", ".join(names),
        )

    def action_open_source(self):
        """Open the record this figure was read from."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.source_model,
            "res_id": self.source_id,
            "views": [(False, "form")],
        }
