import time
from datetime import timedelta

from odoo import api, fields, models

from ..domain import fingerprint
from ..guard import own_entry

SHIPPED_CRONS = ("cron_running", "cron_health", "cron_dead_man")
LOOK_BACK = timedelta(hours=24)


class MfgVarianceEngine(models.AbstractModel):
    """The dead-man check: notices when the noticing itself went silent."""

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    @api.model
    @own_entry
    def _cron_dead_man(self):
        """Open a case for each source or scheduled action that went silent.

        Silent is: work orders were finished in the last day and none was measured
        though the rule is on; a scheduled action of ours is off or far overdue. A
        source that speaks again clears its case.
        """
        started = time.monotonic()
        engine = self._clean_engine()
        silent = {**engine._get_silent_crons(), **engine._get_silent_sources()}
        engine._store_silence(silent)
        self.env["mfg.variance.run"]._log(
            "cron",
            self.env._("Dead-man check"),
            record_count=len(silent),
            duration_ms=int((time.monotonic() - started) * 1000),
        )

    def _get_silent_crons(self):
        """``{key: (company, sentence)}`` of scheduled actions that do not run."""
        silent = {}
        overdue = fields.Datetime.now() - timedelta(hours=2)
        company = self.env.ref("base.main_company")
        for name in SHIPPED_CRONS:
            cron = self.env.ref(f"mfg_variance_core.{name}", raise_if_not_found=False)
            if not cron:
                continue
            if not cron.active:
                sentence = self.env._(
                    "The scheduled action %(name)s is switched off.", name=cron.name
                )
            elif cron.nextcall < overdue:
                sentence = self.env._(
                    "The scheduled action %(name)s should have run at %(moment)s UTC.",
                    name=cron.name,
                    moment=cron.nextcall,
                )
            else:
                continue
            silent[f"cron:{name}"] = (company, sentence)
        return silent

    def _get_silent_sources(self):
        """``{key: (company, sentence)}`` of companies whose work goes unmeasured."""
        silent = {}
        since = self._now() - LOOK_BACK
        finished = self.env["mrp.workorder"]._read_group(
            [("state", "=", "done"), ("write_date", ">=", since)],
            ["company_id"],
            ["__count"],
        )
        measured = dict(
            self.env["mfg.variance.measurement"]._read_group(
                [
                    ("metric_code", "=", "work_order_time"),
                    ("recorded_at", ">=", since),
                ],
                ["company_id"],
                ["__count"],
            )
        )
        for company, count in finished:
            if not measured.get(company):
                silent[f"source:work_order_time:{company.id}"] = (
                    company,
                    self.env._(
                        "%(count)s work orders were finished in the last 24 hours and "
                        "none was measured. Is the automation rule switched off?",
                        count=count,
                    ),
                )
        return silent

    def _store_silence(self, silent):
        marks = {
            fingerprint.fingerprint(
                company.id, "silence", "workorder", {"workorder": key}
            ): (company, sentence)
            for key, (company, sentence) in silent.items()
        }
        Case = self.env["mfg.variance.exception"]
        category = self.env.ref("mfg_variance_core.category_automation")
        waiting = Case.search(
            [("category_id", "=", category.id), ("is_open", "=", True)]
        )
        waiting.filtered(lambda case: case.fingerprint not in marks)._clear(self._now())
        waiting.filtered(
            lambda case: case.fingerprint in marks and case.cleared_at
        )._as_system().write({"cleared_at": False})
        known = set(waiting.mapped("fingerprint"))
        Case._open_cases(
            [
                self._prepare_silence_vals(mark, company, sentence, category)
                for mark, (company, sentence) in marks.items()
                if mark not in known
            ]
        )

    def _prepare_silence_vals(self, mark, company, sentence, category):
        now = self._now()
        return {
            "title": sentence,
            "fingerprint": mark,
            "severity": "major",
            "company_id": company.id,
            "category_id": category.id,
            "first_event_at": now,
            "detected_at": now,
            "respond_by": now + timedelta(hours=4),
            "currency_id": company.currency_id.id,
            "owner_id": company.variance_automation_owner_id.id,
            "consequence": self.env._("Deviations go unnoticed until this is mended."),
            "what_to_do": self.env._(
                "Open Settings, Technical, and switch the rule or the scheduled action "
                "on again; or close this case as an accepted deviation."
            ),
        }
