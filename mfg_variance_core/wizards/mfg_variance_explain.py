from odoo import api, fields, models

from ..domain import outcomes, scope
from ..models.mfg_variance_measurement import SEVERITY_SELECTION


class MfgVarianceExplain(models.TransientModel):
    """Why did this fire, and why did it not: read from what was stored.

    For each metric of a work order or order: the current measurement with its
    outcome and figures, every policy that watches the metric with its fate, and the
    limits the reading was held against.
    """

    _name = "mfg.variance.explain"
    _description = "Variance Explainer"

    name = fields.Char(readonly=True)
    line_ids = fields.One2many("mfg.variance.explain.line", "explain_id")

    @api.model
    def _open(self, record):
        """Explain a work order or an order; returns the action to show it."""
        record.check_access("read")
        if record._name == "mrp.production":
            workorders = record.workorder_ids
        else:
            workorders = record
        metrics = self.env["mfg.variance.metric"].search(
            [("source_model", "=", "mrp.workorder")]
        )
        rows = self.env["mfg.variance.measurement"].search(
            [("workorder_id", "in", workorders.ids), ("is_current", "=", True)]
        )
        explain = self.create(
            {
                "name": record.display_name,
                "line_ids": [
                    (0, 0, vals)
                    for workorder in workorders
                    for vals in self._prepare_workorder_lines(
                        workorder,
                        metrics,
                        rows.filtered(lambda row, wo=workorder: row.workorder_id == wo),
                    )
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why? %(name)s", name=record.display_name),
            "res_model": self._name,
            "res_id": explain.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _prepare_workorder_lines(self, workorder, metrics, rows):
        """Lines of one work order: per metric a head, its limits and its policies."""
        lines = []
        for metric in metrics:
            mine = rows.filtered(lambda row, metric=metric: row.metric_id == metric)
            if not mine:
                lines.append(self._prepare_unmeasured(workorder, metric))
            for row in mine.sorted("phase"):
                lines.append(self._prepare_head(workorder, row))
                lines += self._prepare_limits(row)
                lines += self._prepare_policies(workorder, row)
        return lines

    def _prepare_unmeasured(self, workorder, metric):
        if workorder.state in ("done", "cancel"):
            text = self.env._(
                "Nothing was measured: the automation rule was off when this was "
                "finished, or the addon was installed later."
            )
        elif workorder.state == "progress":
            text = self.env._("Still running and within its limits so far.")
        else:
            text = self.env._("Not started yet.")
        return {
            "kind": "measurement",
            "title": f"{workorder.name}: {metric.name}",
            "text": text,
        }

    def _prepare_head(self, workorder, row):
        label = dict(row._fields["outcome"]._description_selection(self.env))
        return {
            "kind": "measurement",
            "title": f"{workorder.name}: {row.metric_id.name}",
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

    def _prepare_policies(self, workorder, row):
        """The policies that were considered, then those whose scope did not match."""
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
        engine = self.env["mfg.variance.engine"]
        # sudo: reads where the work order belongs, to compare it with the scopes
        subject = engine.sudo()._get_subject_of(workorder._get_variance_dims())
        live = [
            version
            for version in self.env["mfg.variance.policy"]._get_live_versions()
            if version.id not in seen and version.metric_id == row.metric_id.id
        ]
        # the live versions are everybody's; this user is told of what he may see
        visible = self.env["mfg.variance.policy.version"].search(
            [("id", "in", [version.id for version in live])]
        )
        for version in live:
            if version.id not in visible.ids:
                continue
            match = scope.match(version.candidate.scope, subject)
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
