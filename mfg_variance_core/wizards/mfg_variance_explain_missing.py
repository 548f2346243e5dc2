from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_datetime

SHOWN_MISSING = 40
FINISHED = ("done", "cancel")
# on which records of a model the metrics of another are to be expected
EXPECTED = {
    "mrp.production": "production_id",
    "mrp.workorder": "id",
    "mrp.workcenter": "workcenter_id",
    "product.product": "product_id",
}


class MfgVarianceExplain(models.TransientModel):
    """Why nothing was measured: the reason that can be found, the likeliest first."""

    _name = "mfg.variance.explain"
    _inherit = "mfg.variance.explain"

    def _prepare_missing(self, record, metrics, rows):
        """A line for each record and metric that could have a reading and has none."""
        sources = self._get_sources(record)
        if not any(sources.values()):
            return [] if rows else [self._prepare_nothing(record)]
        measured = {(row.source_model, row.source_id, row.metric_id) for row in rows}
        own = {row.metric_id for row in rows}
        facts = self._get_missing_facts(sources)
        lines = []
        for metric in metrics:
            for source in sources.get(metric.source_model, ()):
                if (source._name, source.id, metric) in measured:
                    continue
                # a metric read per component answers under another source
                if metric in own and record._name == source._name != "mrp.workorder":
                    continue
                lines.append(self._prepare_unmeasured(source, metric, facts))
        if not lines and not rows:
            lines.append(self._prepare_nothing(record))
        return lines[:SHOWN_MISSING]

    def _get_sources(self, record):
        """The records readings of this one would come from, as ``{model: records}``.

        Of work centers and products only finished work is looked at: what was not
        finished yet is no riddle.
        """
        if record._name in ("stock.scrap", "stock.move"):
            return {record._name: record}
        link = EXPECTED.get(record._name)
        Workorder = self.env["mrp.workorder"]
        if not link or not Workorder.has_access("read"):
            return {}
        domain = Domain(link, "=", record.id)
        if record._name in ("mrp.workcenter", "product.product"):
            domain &= Domain("state", "in", FINISHED)
            domain &= self._get_period_domain(record, "date_finished")
            domain &= Domain(
                "variance_measurement_ids", "not any", [("phase", "=", "final")]
            )
        sources = {
            "mrp.workorder": Workorder.search(domain, limit=SHOWN_MISSING, order="id"),
        }
        if record._name == "mrp.production":
            sources["mrp.production"] = record
        return sources

    def _get_missing_facts(self, sources):
        """What tells why: rules switched off, failures, and since when we are here."""
        # sudo: names of rules, and moments; nothing of what they do
        Rule = self.env["base.automation"].sudo().with_context(active_test=False)
        rules = Rule.search(
            [
                ("model_name", "in", list(sources)),
                ("action_server_ids.state", "=", "variance_evaluate"),
            ]
        )
        failures = {}
        runs = self.env["mfg.variance.run"].sudo()  # sudo: of records the user reads
        ids = [one.id for records in sources.values() for one in records]
        for run in runs.search(
            [
                ("outcome", "=", "failed"),
                ("res_model", "in", list(sources)),
                ("res_id", "in", ids),
            ],
            order="id",
        ):
            failures[run.res_model, run.res_id] = run
        cron = self.env.ref("mfg_variance_core.cron_dead_man", raise_if_not_found=False)
        return {
            "off": {
                model: [r for r in rules if r.model_name == model and not r.active]
                for model in sources
            },
            "has_rule": {
                model: any(r.model_name == model and r.active for r in rules)
                for model in sources
            },
            "failures": failures,
            "installed": cron.sudo().create_date if cron else None,
        }

    def _prepare_unmeasured(self, source, metric, facts):
        return {
            "kind": "measurement",
            "title": f"{source.display_name}: {metric.name}"
            if source._name != "mrp.workorder"
            else f"{source.name}: {metric.name}",
            "text": self._get_missing_reason(source, metric, facts),
        }

    def _get_missing_reason(self, source, metric, facts):
        state = source.state if "state" in source else "done"
        failure = facts["failures"].get((source._name, source.id))
        finished = source.date_finished if "date_finished" in source else None
        off = facts["off"][source._name]
        if not metric.active:
            return self.env._(
                "The metric %(metric)s is switched off, last changed on %(moment)s.",
                metric=metric.name,
                moment=self._format(metric.write_date),
            )
        if state not in FINISHED:
            if state == "progress":
                return self.env._("Still running and within its limits so far.")
            return self.env._("Not started yet.")
        if failure:
            return self.env._(
                "Judging failed on %(moment)s: %(error)s",
                moment=self._format(failure.started_at),
                error=failure.error or failure.name,
            )
        if facts["installed"] and finished and finished < facts["installed"]:
            return self.env._(
                "It was finished before variance control was installed on %(moment)s.",
                moment=self._format(facts["installed"]),
            )
        if off:
            return self.env._(
                "Nothing was measured: the automation rule was off when this was "
                "finished. %(rules)s is off, last changed on %(moment)s.",
                rules=", ".join(rule.name for rule in off),
                moment=self._format(max(rule.write_date for rule in off)),
            )
        if not facts["has_rule"][source._name]:
            return self.env._(
                "Nothing was measured: no automation rule evaluates these records. "
                "Readings of this metric come from elsewhere, or the rule was deleted."
            )
        return self.env._(
            "Nothing was measured: the metric found nothing to read here, or the "
            "automation rule was off when this was finished."
        )

    def _prepare_nothing(self, record):
        return {
            "kind": "measurement",
            "title": record.display_name,
            "text": self.env._(
                "Nothing was measured here in this time. Choose another day, or look "
                "under Data Readiness for what cannot be judged yet."
            ),
        }

    @api.model
    def _format(self, moment):
        """A moment in the zone and the format of the user."""
        return format_datetime(self.env, moment, dt_format="short")
