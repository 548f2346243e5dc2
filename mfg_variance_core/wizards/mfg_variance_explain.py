from datetime import datetime, time, timedelta

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.fields import Domain

from ..domain import outcomes, scope
from ..models.mfg_variance_measurement import SEVERITY_SELECTION

DAYS = 90
SHOWN_READINGS = 60
# how a reading refers to what is asked about; "source" is the record it was read from
LINKS = {
    "mrp.production": ("production_id",),
    "mrp.workorder": ("workorder_id",),
    "mrp.workcenter": ("workcenter_id",),
    "product.product": ("product_id", "component_id"),
    "stock.lot": ("lot_id",),
    "mfg.variance.exception": ("exception_id",),
    "stock.scrap": ("source",),
    "stock.move": ("source",),
}
# the order a material record belongs to
ORDERS = {"stock.scrap": "production_id", "stock.move": "raw_material_production_id"}
# one of these answers for itself; of the others only what is recent is listed
SINGLE = (
    "mrp.production",
    "mrp.workorder",
    "mfg.variance.exception",
    "stock.scrap",
    "stock.move",
)
DIMENSIONS = (
    "company_id",
    "plant_id",
    "product_id",
    "operation_id",
    "workcenter_id",
)


class MfgVarianceExplain(models.TransientModel):
    """Why did this fire, and why did it not: read from what was stored.

    For each reading of a record: its outcome and figures, every policy that watches
    the metric with its fate, and the limits it was held against. Where nothing was
    measured, the reason that can be found. As the user: his rights and his plants.
    """

    _name = "mfg.variance.explain"
    _description = "Variance Explainer"

    name = fields.Char(readonly=True)
    reference = fields.Reference(
        selection="_get_reference_models",
        string="Record",
        help="An order, work order, work center, product, component, lot, scrap, "
        "inventory move or case.",
    )
    day = fields.Date(help="Empty means the last 90 days.")
    metric_id = fields.Many2one(
        "mfg.variance.metric", string="Metric", help="Empty means every metric."
    )
    is_answered = fields.Boolean()
    line_ids = fields.One2many("mfg.variance.explain.line", "explain_id")

    @api.model
    def _get_reference_models(self):
        """What can be asked about, as far as this user may read it at all."""
        # sudo: names of models only
        found = self.env["ir.model"].sudo().search([("model", "in", list(LINKS))])
        names = {model.model: model.name for model in found}
        return [
            (name, names[name])
            for name in LINKS
            if name in names and self.env[name].has_access("read")
        ]

    @api.model
    def _open(self, record):
        """Explain a record; returns the action to show it."""
        record.check_access("read")
        explain = self.create(
            {
                "name": record.display_name,
                "reference": f"{record._name},{record.id}",
                "is_answered": True,
            }
        )
        explain._answer(record)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why? %(name)s", name=record.display_name),
            "res_model": self._name,
            "res_id": explain.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_explain(self):
        """Answer the question typed; the form shows it."""
        self.ensure_one()
        self.check_access("write")
        self.sudo().line_ids.unlink()  # sudo: lines of the dialog just checked
        record = self.reference
        if record:
            record.check_access("read")
            self.write({"name": record.display_name, "is_answered": True})
            self._answer(record)
        return True

    def _answer(self, record):
        metrics = self._get_metrics()
        rows = self._find_readings(record)
        vals_list = self._prepare_missing(record, metrics, rows)
        contexts = self._get_policy_context(rows)
        for row in rows:
            vals_list.append(self._prepare_head(record, row))
            vals_list += self._prepare_limits(row)
            vals_list += self._prepare_policies(row, contexts)
        # sudo: lines are ours alone to write, as they show the names of what they link;
        # what they tell was read as the user
        self.sudo().write({"line_ids": [(0, 0, vals) for vals in vals_list]})

    def _get_metrics(self):
        """The metric asked for, or all that have a source, switched-off ones too."""
        if self.metric_id:
            return self.metric_id
        Metric = self.env["mfg.variance.metric"].with_context(active_test=False)
        return Metric.search([("source_model", "!=", False)])

    # ---------------------------------------------------------------- readings

    def _find_readings(self, record):
        """The current readings of a record, newest first, as the user may see them."""
        Measurement = self.env["mfg.variance.measurement"]
        domain = Domain("is_current", "=", True) & self._get_link_domain(record)
        if self.metric_id:
            domain &= Domain("metric_id", "=", self.metric_id.id)
        domain &= self._get_period_domain(record, "event_at")
        rows = Measurement.search(domain, limit=SHOWN_READINGS)
        if record._name in ("mrp.production", "mrp.workorder"):
            # top-down as the work was done
            return rows.sorted(
                lambda row: (row.workorder_id.id, row.metric_id.sequence, row.phase)
            )
        return rows

    @api.model
    def _get_link_domain(self, record):
        domains = []
        for link in LINKS[record._name]:
            if link == "source":
                domains.append(
                    Domain("source_model", "=", record._name)
                    & Domain("source_id", "=", record.id)
                )
            else:
                domains.append(Domain(link, "=", record.id))
        # what was consumed or scrapped shows in the figures of its order, too
        order = record.sudo()[ORDERS[record._name]] if record._name in ORDERS else None
        if order:
            domains.append(
                Domain("production_id", "=", order.id)
                & Domain("component_id", "=", record.product_id.id)
            )
        return Domain.OR(domains)

    def _get_period_domain(self, record, name):
        """The day asked for; else all of a single record and the last of the others."""
        if self.day:
            zone = timezone(self.env.user.tz or "UTC")
            start = zone.localize(datetime.combine(self.day, time.min))
            start = start.astimezone(utc).replace(tzinfo=None)
            end = start + timedelta(days=1)
            return Domain(name, ">=", start) & Domain(name, "<", end)
        if record._name in SINGLE:
            return Domain.TRUE
        since = self.env["mfg.variance.engine"]._now() - timedelta(days=DAYS)
        return Domain(name, ">=", since)

    def _prepare_head(self, record, row):
        label = dict(row._fields["outcome"]._description_selection(self.env))
        return {
            "kind": "measurement",
            "title": f"{self._get_place(record, row)}: {row.metric_id.name}",
            "text": row.outcome_detail or "",
            "outcome": label.get(row.outcome),
            "severity": row.severity,
            "planned": row.planned,
            "actual": row.actual,
            "deviation_percent": row.deviation_percent,
            "unit": row.unit,
            "event_at": row.event_at,
            "exception_id": row.exception_id.id,
            "measurement_id": row.id,
        }

    @api.model
    def _get_place(self, record, row):
        """Where a reading is from, as far as the record asked about does not say it."""
        # sudo: names of what the reading, which the user sees, refers to
        row = row.sudo()
        parts = []
        if record._name not in ("mrp.production", "mrp.workorder"):
            parts.append(row.production_id.name)
        if row.workorder_id:
            parts.append(row.workorder_id.name)
        if row.component_id and row.component_id != row.product_id:
            parts.append(row.component_id.display_name)
        parts.append(row.lot_id.name)
        named = " · ".join(part for part in parts if part)
        return named or row.product_id.display_name or record.display_name

    def _prepare_limits(self, row):
        return [
            {
                "kind": "limit",
                "severity": limit.get("severity"),
                "text": limit.get("sentence"),
                "is_hit": bool(limit.get("exceeded")),
            }
            for limit in row.limits or []
        ]

    # ---------------------------------------------------------------- policies

    def _get_policy_context(self, rows):
        """What all readings need: the live versions this user may be told of."""
        versions = self.env["mfg.variance.policy"]._get_live_versions()
        # the live versions are everybody's; this user is told of what he may see
        visible = self.env["mfg.variance.policy.version"].search(
            [("id", "in", [version.id for version in versions])]
        )
        engine = self.env["mfg.variance.engine"].sudo()  # sudo: scopes are compared
        # one look at all products and work centers, not one for each reading
        rows.sudo().product_id.fetch(["categ_id"])
        rows.sudo().workcenter_id.fetch(["tag_ids"])
        seen = set(visible.ids)
        subjects = {}
        for row in rows:
            key = tuple(row.sudo()[name].id for name in DIMENSIONS)
            if key not in subjects:
                dims = dict(zip(DIMENSIONS, key, strict=True))
                subjects[key] = engine._get_subject_of(dims)
            subjects[row] = subjects[key]
        return [version for version in versions if version.id in seen], subjects

    def _prepare_policies(self, row, contexts):
        """The policies that were considered, then those whose scope did not match."""
        live, subjects = contexts
        lines = []
        seen = set()
        for candidate in row.considered or []:
            seen.add(candidate["version_id"])
            lines.append(
                {
                    "kind": "policy",
                    "title": candidate["policy"],
                    "text": candidate["reason"],
                    "is_hit": candidate["version_id"] == row.policy_version_id.id,
                }
            )
        for version in live:
            if version.id in seen or version.metric_id != row.metric_id.id:
                continue
            match = scope.match(version.candidate.scope, subjects[row])
            reason = match.reason
            if match.matches and row.outcome in outcomes.GAPS:
                reason = self.env._("Covers it, but there was nothing to judge.")
            elif match.matches:
                reason = self.env._("Came into force after this was judged.")
            lines.append(
                {"kind": "policy", "title": version.policy_name, "text": reason}
            )
        return lines


class MfgVarianceExplainLine(models.TransientModel):
    _name = "mfg.variance.explain.line"
    _description = "Variance Explainer Line"

    explain_id = fields.Many2one("mfg.variance.explain", ondelete="cascade")
    kind = fields.Selection(
        [("measurement", "Reading"), ("limit", "Limit"), ("policy", "Policy")]
    )
    title = fields.Char()
    text = fields.Char()
    outcome = fields.Char()
    severity = fields.Selection(SEVERITY_SELECTION)
    is_hit = fields.Boolean()
    planned = fields.Float()
    actual = fields.Float()
    deviation_percent = fields.Float()
    unit = fields.Char()
    event_at = fields.Datetime()
    exception_id = fields.Many2one("mfg.variance.exception")
    measurement_id = fields.Many2one("mfg.variance.measurement")
