from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ..domain import baselines
from .mfg_variance_standard import MfgVarianceStandard as Base

HISTORY_SIZE = 50
MINIMUM = 5


class MfgVarianceStandard(models.Model):
    """Standards from one's own history, where nobody planned a time.

    The median of the newest finished orders of the same product, operation and work
    center; what does not belong is set aside, with its reason, on the standard itself.
    """

    _name = "mfg.variance.standard"
    _inherit = "mfg.variance.standard"
    _append_only_columns = (
        *Base._append_only_columns,
        "set_aside_count",
        "baseline_points",
    )

    set_aside_count = fields.Integer(
        string="Set Aside", help="Past orders that were looked at and not counted."
    )
    baseline_points = fields.Json(
        help="Each past order looked at, its minutes per unit, and why it was not "
        "counted, if it was not."
    )
    baseline_text = fields.Html(
        string="Past Orders", compute="_compute_baseline_text", sanitize=False
    )

    @api.depends("baseline_points")
    def _compute_baseline_text(self):
        reasons = {
            baselines.OUTLIER: self.env._("too far off the others"),
            baselines.REWORK: self.env._("rework"),
            baselines.NO_FIGURE: self.env._("no time or no quantity"),
        }
        for standard in self:
            points = standard.baseline_points or []
            ids = [point["measurement"] for point in points]
            rows = self.env["mfg.variance.measurement"].browse(ids).exists()
            # sudo: references of orders only, also for a reader without a role there
            names = {row.id: row.sudo().production_id.name for row in rows}
            items = Markup("").join(
                Markup("<li>%s</li>")
                % self._describe_point(point, names, reasons.get(point["reason"]))
                for point in points
            )
            standard.baseline_text = Markup("<ul>%s</ul>") % items if points else False

    @api.model
    def _describe_point(self, point, names, reason):
        name = names.get(point["measurement"]) or str(point["measurement"])
        minutes = f"{point['value'] or 0:.2f}"
        if not reason:
            return self.env._(
                "%(order)s: %(minutes)s min per unit", order=name, minutes=minutes
            )
        return self.env._(
            "%(order)s: %(minutes)s min per unit, set aside: %(reason)s",
            order=name,
            minutes=minutes,
            reason=reason,
        )

    # ---------------------------------------------------------------- freezing

    @api.model
    def _freeze_workorders(self, workorders, source=None):
        """Where nobody planned a time, what was measured before stands in for it."""
        rows = super()._freeze_workorders(workorders, source)
        planless = workorders.filtered(self._is_planless)
        if not planless:
            return rows
        known = self._find_for_workorders(planless)
        return rows | self._freeze_from_history(
            planless.filtered(lambda workorder: workorder.id not in known)
        )

    @api.model
    def _is_planless(self, workorder):
        """No time was planned, as far as the record itself says: asks for no query."""
        if workorder.operation_id:
            return not workorder.operation_id.time_cycle
        return not workorder.duration_expected

    @api.model
    def _freeze_from_history(self, workorders):
        history = self._read_history(workorders)
        vals_list, seen = [], set()
        for workorder in workorders:
            found = baselines.draw(
                history.get(self._get_history_key(workorder), ()), MINIMUM
            )
            group = workorder.production_id.production_group_id
            key = workorder.id
            if workorder.operation_id and group:
                key = self._get_shared_key(workorder)
            if found.value and key not in seen:
                seen.add(key)
                vals_list.append(self._prepare_history_vals(workorder, found))
        return self._as_system().create(vals_list).with_env(self.env)

    @api.model
    def _get_history_key(self, workorder):
        return (
            workorder.company_id.id,
            workorder.workcenter_id.id,
            workorder.product_id.id,
            workorder.operation_id.id or None,
        )

    @api.model
    def _prepare_history_vals(self, workorder, found):
        points = [(point, None, None) for point in found.kept]
        points += [(one.point, one.reason, one.spreads) for one in found.set_aside]
        return {
            **self._prepare_identity_vals(workorder),
            "run_minutes": found.value,
            "batch_capacity": 0.0,
            "source": "history",
            "sample_size": found.sample_size,
            "set_aside_count": len(found.set_aside),
            "baseline_points": [
                {
                    "measurement": point.key,
                    "value": point.value,
                    "reason": reason,
                    "spreads": spreads,
                }
                for point, reason, spreads in points
            ],
        }

    @api.model
    def _read_history(self, workorders):
        """The newest readings of each product and place, one query for all.

        Returns ``{(company, work center, product, operation): [Point]}``.
        """
        keys = list({self._get_history_key(workorder) for workorder in workorders})
        metric_id = self.env["mfg.variance.metric"]._get_id("work_order_time")
        if not keys or not metric_id:
            return {}
        Measurement = self.env["mfg.variance.measurement"]
        Measurement.flush_model()
        arrays = [SQL("%s::int[]", list(ids)) for ids in zip(*keys, strict=True)]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT k.no - 1, m.id, m.actual, m.quantity, m.production_id
                  FROM unnest(%(arrays)s) WITH ORDINALITY
                       AS k(company, center, product, operation, no)
            CROSS JOIN LATERAL (
                       SELECT *
                         FROM mfg_variance_measurement m
                        WHERE m.metric_id = %(metric)s
                          AND m.workcenter_id = k.center
                          AND m.product_id = k.product
                          AND m.company_id = k.company
                          AND m.operation_id IS NOT DISTINCT FROM k.operation
                          AND m.is_current AND m.phase = 'final'
                          AND m.outcome NOT IN
                              ('not_recorded', 'recording_suspect', 'error')
                        ORDER BY m.event_at DESC, m.id DESC
                        LIMIT %(limit)s) m
                """,
                arrays=SQL(", ").join(arrays),
                metric=metric_id,
                limit=HISTORY_SIZE,
            )
        )
        rework = self._get_rework([row[-1] for row in rows])
        history = {}
        for number, measurement, actual, quantity, production in rows:
            # columns of a fixed precision arrive as decimals
            value = float(actual) / float(quantity) if quantity else None
            history.setdefault(keys[number], []).append(
                baselines.Point(measurement, value, production in rework)
            )
        return history

    @api.model
    def _get_rework(self, production_ids):
        """Which of these orders are rework: no example of how long the work takes."""
        # sudo: a mark of orders whose figures are judged for anybody
        rework = self.env["mrp.production"].sudo()
        domain = [("id", "in", list(filter(None, production_ids)))]
        return set(rework.search([*domain, ("is_variance_rework", "=", True)]).ids)
