from odoo import fields, models
from odoo.fields import Domain


class MfgVarianceException(models.Model):
    """What a case about a window shows: the readings in it, and which of them count."""

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    is_pattern = fields.Boolean(
        string="Pattern",
        compute="_compute_is_pattern",
        search="_search_is_pattern",
        help="Of several readings together, not of a single one.",
    )

    def _compute_is_pattern(self):
        for case in self:
            case.is_pattern = case.source_model == "mfg.variance.series"

    def _search_is_pattern(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("source_model", "=", "mfg.variance.series")
        return domain if True in value else ~domain

    def _get_series(self):
        self.ensure_one()
        if not self.is_pattern:
            return self.env["mfg.variance.series"]
        return self.env["mfg.variance.series"].browse(self.source_id).exists()

    def action_open_window(self):
        """Open the readings of the window as it is now."""
        self.ensure_one()
        return self._get_series().action_open_readings()

    def _get_chart_data(self, before=30, after=10):
        """For a pattern the readings of its window; those that count are marked."""
        series = self._get_series()
        if not series:
            return super()._get_chart_data(before=before, after=after)
        counted = set(series.point_ids or [])
        rows = self.env["mfg.variance.measurement"].search(
            series._get_point_domain(), limit=before + after
        )
        rows |= self.env["mfg.variance.measurement"].search(
            [("id", "in", list(counted)[: before + after])]
        )
        # sudo: references of orders label the points, also for a reader who has no
        # role in Manufacturing
        labels = {row.id: row.sudo().production_id.name or str(row.id) for row in rows}
        return {
            "unit": self.metric_id.unit,
            "metric": self.metric_id.name,
            "direction": self.metric_id.direction,
            "limits": [],
            "case_label": self.env._("Counts"),
            "points": [
                {
                    "label": labels[row.id],
                    "event_at": fields.Datetime.to_string(row.event_at),
                    "planned": row.planned,
                    "actual": row.actual,
                    "severity": row.severity or False,
                    "is_case": row.id in counted,
                }
                for row in rows.sorted(lambda row: (row.event_at, row.id))
            ],
        }

    def _get_plan_sentences(self, snapshot):
        window = snapshot.get("window")
        if not window:
            return super()._get_plan_sentences(snapshot)
        sentences = [
            self.env._(
                "The window: %(orders)s orders from %(start)s to %(end)s UTC.",
                orders=window["orders"],
                start=window["start"],
                end=window["end"],
            )
        ]
        if window["pieces"] and window.get("target"):
            sentences.append(
                self.env._(
                    "%(defects)s of %(pieces)s pieces were bad; %(target)s %% are "
                    "normal.",
                    defects=f"{window['defects']:g}",
                    pieces=f"{window['pieces']:g}",
                    target=f"{window['target'] * 100:g}",
                )
            )
        if window["amount"] is not None:
            sentences.append(
                self.env._(
                    "They cost %(amount)s %(currency)s. That is counted on their own "
                    "cases, not here again.",
                    amount=f"{window['amount']:.2f}",
                    currency=self.currency_id.name,
                )
            )
        return sentences

    def _get_cost_sentences(self, snapshot):
        return [] if snapshot.get("window") else super()._get_cost_sentences(snapshot)
