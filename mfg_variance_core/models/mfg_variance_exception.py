from odoo import api, fields, models
from odoo.fields import Domain

from ..domain import ledger, lifecycle, outcomes
from .mfg_variance_cause import RESOLUTIONS
from .mfg_variance_measurement import SEVERITY_SELECTION

STATES = [
    ("new", "New"),
    ("acknowledged", "Acknowledged"),
    ("contained", "Contained"),
    ("resolving", "Resolving"),
    ("resolved", "Resolved"),
    ("closed", "Closed"),
]
# what a merged event adds: read from the measurements, so that operators adding
# events to one case never wait for each other (D9)
TOTALS = {
    # what a decision about held stock cost is no event of the case
    "last_event_at": "MAX(m.event_at) FILTER "
    "(WHERE m.metric_code <> 'disposition_cost')",
    # the running and the final reading of one work order are one event; a reading
    # corrected to be within stays on the case and is no event of it. What an action
    # raised has no figure a later one would replace: each time is an event
    "occurrence_count": "COUNT(DISTINCT (m.metric_id, m.source_model, m.source_id, "
    "CASE WHEN m.metric_code = 'raised_condition' THEN m.id END)) "
    "FILTER (WHERE m.outcome IN ('opened', 'merged') "
    "AND m.metric_code <> 'disposition_cost')",
    # what is at risk while the work runs is superseded by the loss when it is done;
    # what was muted while the case was open is no event of it, but costs all the same
    "amount": "COALESCE(SUM(m.amount) FILTER "
    "(WHERE m.outcome IN ('opened', 'merged', 'silenced', 'inhibited') "
    "AND m.amount_kind IN ('loss', 'at_risk')), 0)",
}


class MfgVarianceException(models.Model):
    """A case: one deviation, or one pattern of them, that somebody has to answer.

    One open case per fingerprint is enforced by the database (DESIGN rule 7).
    Everything but the owner moves through buttons; see the lifecycle methods in
    ``mfg_variance_exception_lifecycle.py``.
    """

    _name = "mfg.variance.exception"
    _description = "Variance Exception"
    _inherit = ["mail.thread", "mail.activity.mixin", "mfg.variance.guarded"]
    _order = "id desc"
    _rec_names_search = ["name", "title"]

    # --- identity
    name = fields.Char(string="Reference", required=True, readonly=True)
    title = fields.Char(required=True, readonly=True)
    fingerprint = fields.Char(readonly=True)
    state = fields.Selection(
        STATES, string="Status", required=True, default="new", readonly=True
    )
    track = fields.Selection(
        [("light", "Light"), ("full", "Full")], default="light", readonly=True
    )
    severity = fields.Selection(SEVERITY_SELECTION, required=True, readonly=True)
    is_open = fields.Boolean(compute="_compute_is_open", store=True)
    is_now = fields.Boolean(
        string="Not Cleared", compute="_compute_is_now", search="_search_is_now"
    )
    is_historic = fields.Boolean(readonly=True)
    is_meta = fields.Boolean(
        string="Bundle", readonly=True, help="Bundles a flood of openings."
    )
    is_flagged = fields.Boolean(
        string="Flagged on the Order", readonly=True, help="Set by the playbook."
    )
    # --- where
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    plant_id = fields.Many2one(
        "mfg.variance.plant", index=True, readonly=True, ondelete="restrict"
    )
    category_id = fields.Many2one(
        "mfg.variance.category", readonly=True, ondelete="restrict"
    )
    metric_id = fields.Many2one(
        "mfg.variance.metric", readonly=True, ondelete="restrict"
    )
    policy_id = fields.Many2one(
        "mfg.variance.policy", index=True, readonly=True, ondelete="restrict"
    )
    policy_version_id = fields.Many2one(
        "mfg.variance.policy.version", readonly=True, ondelete="restrict"
    )
    playbook_id = fields.Many2one(
        "mfg.variance.playbook", readonly=True, ondelete="restrict"
    )
    source_model = fields.Char(readonly=True)
    source_id = fields.Many2oneReference(model_field="source_model", readonly=True)
    production_id = fields.Many2one(
        "mrp.production",
        string="Manufacturing Order",
        index="btree_not_null",
        readonly=True,
    )
    workorder_id = fields.Many2one(
        "mrp.workorder", string="Work Order", index="btree_not_null", readonly=True
    )
    workcenter_id = fields.Many2one(
        "mrp.workcenter", string="Work Center", index="btree_not_null", readonly=True
    )
    operation_id = fields.Many2one("mrp.routing.workcenter", readonly=True)
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", readonly=True
    )
    component_id = fields.Many2one(
        "product.product", index="btree_not_null", readonly=True
    )
    lot_id = fields.Many2one("stock.lot", index="btree_not_null", readonly=True)
    shift_id = fields.Many2one("mfg.variance.plant.shift", readonly=True)
    # --- when
    first_event_at = fields.Datetime(string="Happened", index=True, readonly=True)
    last_event_at = fields.Datetime(string="Last Event", compute="_compute_totals")
    detected_at = fields.Datetime(string="Detected", readonly=True)
    cleared_at = fields.Datetime(
        string="Cleared", readonly=True, help="The condition is over."
    )
    respond_by = fields.Datetime(readonly=True)
    is_overdue = fields.Boolean(
        compute="_compute_is_overdue", search="_search_is_overdue"
    )
    # --- how much
    planned = fields.Float(digits=(16, 2), readonly=True)
    actual = fields.Float(digits=(16, 2), readonly=True)
    deviation = fields.Float(digits=(16, 2), readonly=True)
    deviation_percent = fields.Float(digits=(16, 1), readonly=True)
    unit = fields.Char(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(string="Cost", compute="_compute_totals")
    occurrence_count = fields.Integer(string="Events", compute="_compute_totals")
    measurement_ids = fields.One2many(
        "mfg.variance.measurement", "exception_id", string="Measurements"
    )
    # --- who and what next
    owner_id = fields.Many2one("res.users", index=True, tracking=True, readonly=True)
    owner_reason = fields.Char(
        readonly=True, help="Why the case fell to the next in line."
    )
    consequence = fields.Char(readonly=True)
    what_to_do = fields.Text(readonly=True)
    cause_id = fields.Many2one(
        "mfg.variance.cause", tracking=True, readonly=True, ondelete="restrict"
    )
    resolution = fields.Selection(RESOLUTIONS, tracking=True, readonly=True)
    resolution_note = fields.Text(readonly=True)
    acknowledged_at = fields.Datetime(readonly=True)
    acknowledged_by_id = fields.Many2one("res.users", readonly=True)
    contained_at = fields.Datetime(readonly=True)
    contained_by_id = fields.Many2one("res.users", readonly=True)
    resolved_at = fields.Datetime(readonly=True)
    resolved_by_id = fields.Many2one("res.users", readonly=True)
    verified_at = fields.Datetime(readonly=True)
    verified_by_id = fields.Many2one("res.users", readonly=True)
    verification_note = fields.Text(readonly=True, help="What the verifier saw.")
    closed_at = fields.Datetime(readonly=True)
    closed_by_id = fields.Many2one("res.users", readonly=True)
    reopened_count = fields.Integer(string="Reopened", readonly=True)
    snapshot = fields.Json(
        readonly=True, help="Policy, plan and evidence exactly as when it opened."
    )
    run_ids = fields.One2many("mfg.variance.run", "exception_id", string="Steps Run")
    case_step_ids = fields.One2many(
        "mfg.variance.case.step", "exception_id", string="Steps for People"
    )
    chart_data = fields.Json(compute="_compute_chart_data")

    _one_open_per_fingerprint = models.UniqueIndex(
        "(fingerprint) WHERE state <> 'closed'",
        "There is an open case for this already.",
    )
    _fingerprint_idx = models.Index("(fingerprint, id)")
    # “IS TRUE” is how the ORM asks; PostgreSQL takes no other wording for the same
    _open_list = models.Index(
        "(company_id, severity, first_event_at) WHERE is_open IS TRUE"
    )
    _respond_list = models.Index(
        "(company_id, plant_id, respond_by) WHERE is_open IS TRUE"
    )

    @property
    def _guarded_fields(self):
        """Everything of ours but chatter, which has its own guards."""
        return self.env.registry["mfg.variance.exception"]._own_field_names()

    @classmethod
    def _own_field_names(cls):
        return frozenset(
            name
            for name, field in cls._fields.items()
            if not name.startswith(("message_", "activity_", "website_"))
            and name not in ("my_activity_date_deadline", "rating_ids")
            and (field.store or field.inverse)
        )

    # --------------------------------------------------------------- computes

    @api.depends("state")
    def _compute_is_open(self):
        for case in self:
            case.is_open = case.state != "closed"

    @api.depends("state", "cleared_at")
    def _compute_is_now(self):
        for case in self:
            case.is_now = (
                case.state not in ("resolved", "closed") and not case.cleared_at
            )

    def _search_is_now(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("state", "not in", ("resolved", "closed")) & Domain(
            "cleared_at", "=", False
        )
        return domain if True in value else ~domain

    def _compute_chart_data(self):
        for case in self:
            case.chart_data = case._get_chart_data()

    def _get_chart_data(self, before=30, after=10):
        """The series around the event for the chart of the form.

        Returns ``{"unit", "metric", "points": [{"label", "event_at", "planned",
        "actual", "severity", "is_case"}], "direction", "limits":
        [{"severity", "percent", "floor"}]}``, oldest point first. The limits are those
        of the frozen policy version: a line follows the plan of each point.
        """
        self.ensure_one()
        Measurement = self.env["mfg.variance.measurement"]
        # what a decision cost is in money, not on the scale of this metric
        mine = self.measurement_ids.filtered(
            lambda row: row.is_current and row.metric_id == self.metric_id
        )
        series = Domain("metric_id", "=", self.metric_id.id) & Domain(
            "is_current", "=", True
        )
        series &= Domain("phase", "!=", "window")
        if self.workcenter_id:
            series &= Domain("workcenter_id", "=", self.workcenter_id.id)
        if self.operation_id:
            series &= Domain("operation_id", "=", self.operation_id.id)
        elif self.product_id:
            series &= Domain("product_id", "=", self.product_id.id)
        pivot = self.first_event_at
        rows = Measurement.search(
            series & Domain("event_at", "<=", pivot), limit=before
        )
        rows |= Measurement.search(
            series & Domain("event_at", ">", pivot), limit=after, order="event_at, id"
        )
        rows |= mine
        # sudo: references of orders label the points, also for a reader who has no
        # role in Manufacturing
        labels = {row.id: row.sudo().production_id.name or str(row.id) for row in rows}
        return {
            "unit": self.unit,
            "metric": self.metric_id.name,
            "direction": self.metric_id.direction,
            "limits": [
                {
                    "severity": limit.severity,
                    "percent": limit.percent,
                    "floor": limit.floor,
                }
                for limit in self.policy_version_id.limit_ids
            ],
            "points": [
                {
                    "label": labels[row.id],
                    "event_at": fields.Datetime.to_string(row.event_at),
                    "planned": row.planned,
                    "actual": row.actual,
                    "severity": row.severity or False,
                    "is_case": row in mine,
                }
                for row in rows.sorted(lambda row: (row.event_at, row.id))
            ],
        }

    @api.depends("name", "title")
    def _compute_display_name(self):
        for case in self:
            case.display_name = f"{case.name} {case.title}" if case.name else ""

    # ------------------------------------------------------------------ opening

    @api.model
    def _open_cases(self, vals_list):
        """Insert new cases and return them without any special right.

        The reference is drawn here; a lost race against another writer with the same
        fingerprint surfaces as a unique violation, which the engine turns into a
        repeated request (D9).
        """
        # what was closed in this transaction makes room in the unique index
        self.flush_model(["state", "fingerprint"])
        sequence = self.env["ir.sequence"].sudo()  # sudo: numbering only
        for vals in vals_list:
            vals["name"] = sequence.next_by_code("mfg.variance.exception")
            vals["track"] = lifecycle.track_of(vals["severity"])
        cases = (
            self._as_system()
            .with_context(
                mail_create_nosubscribe=True,
                mail_create_nolog=True,
                tracking_disable=True,
            )
            .create(vals_list)
        )
        cases = self.browse(cases.ids)
        self.env["mfg.variance.ledger"]._append_many(
            [("exception.opened", case, case._prepare_opened_data()) for case in cases]
        )
        return cases

    def _prepare_opened_data(self):
        """What the ledger keeps of an opening; the snapshot as its fingerprint."""
        self.ensure_one()
        return {
            "severity": self.severity,
            "planned": self.planned,
            "actual": self.actual,
            "unit": self.unit,
            "policy_version_id": self.policy_version_id.id,
            "snapshot_sha256": ledger.digest(ledger.canonical(self.snapshot)),
        }

    def _tell_ledger(self, kind, **data):
        """Append the same for each of these cases."""
        self.env["mfg.variance.ledger"]._append_many(
            [(kind, case, data) for case in self]
        )

    def _raise_severity(self, severity):
        """Take over a higher severity; True if it rose. It never falls by itself."""
        self.ensure_one()
        if outcomes.rank(severity) <= outcomes.rank(self.severity):
            return False
        vals = {"severity": severity}
        if lifecycle.track_of(severity) == "full":
            vals["track"] = "full"
        before = self.severity
        self._as_system().write(vals)
        self._tell_ledger("exception.raised", changes={"severity": [before, severity]})
        return True
