import time
from datetime import timedelta

from odoo import api, fields, models

from ..domain import fingerprint
from ..guard import own_entry
from .silence import Silence

SHIPPED_CRONS = (
    "cron_running",
    "cron_deadlines",
    "cron_health",
    "cron_dead_man",
    "cron_pass_on_steps",
    "cron_patterns",
    "cron_review",
    "cron_rollup",
    "cron_archive",
    "cron_ledger_seal",
    "cron_ledger_verify",
    "cron_approvals",
    "cron_control_review",
    "cron_break_glass",
    "cron_dispositions",
    "cron_permits",
    "cron_suspects",
)
LOOK_BACK = timedelta(hours=24)


class MfgVarianceEngine(models.AbstractModel):
    """The dead-man check: notices when the noticing itself went silent."""

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    @api.model
    @own_entry
    def _cron_dead_man(self):
        """Open a case for each source or scheduled action that went silent.

        Silent is: work orders of a company were finished in the last day and none
        was measured, for whatever reason; a scheduled action of ours is off or far
        overdue. A source that speaks again clears its case. Silence somebody
        accepted opens no case again until the source has spoken in between. A shift
        nobody is on duty for within a day is told the same way.
        """
        started = time.monotonic()
        engine = self._clean_engine()
        silent = {
            **engine._get_silent_crons(),
            **engine._get_silent_sources(),
            **engine._get_uncovered_shifts(),
            **engine._get_undecidable(),
        }
        engine._store_silence(silent)
        engine._settle_chatter()
        self.env["mfg.variance.run"]._log(
            "cron",
            self.env._("Dead-man check"),
            record_count=len(silent),
            duration_ms=int((time.monotonic() - started) * 1000),
        )

    def _get_silent_crons(self):
        """``{key: silence}`` of scheduled actions that do not run."""
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
            silent[f"cron:{name}"] = Silence(company, sentence)
        return silent

    def _get_silent_sources(self):
        """``{key: silence}`` of companies whose work goes unmeasured."""
        silent = {}
        since = self._get_heard_since()
        # by the finish, which no later edit moves. Odoo indexes neither date: one
        # look at a column an hour is cheaper than an index every finish has to fill
        finished = self.env["mrp.workorder"]._read_group(
            [("state", "=", "done"), ("date_finished", ">=", since)],
            ["company_id"],
            ["__count"],
        )
        measured = dict(
            self.env["mfg.variance.measurement"]._read_group(
                [
                    ("metric_code", "=", "work_order_time"),
                    ("phase", "!=", "window"),
                    ("recorded_at", ">=", since),
                ],
                ["company_id"],
                ["__count"],
            )
        )
        for company, count in finished:
            if not measured.get(company):
                silent[f"source:work_order_time:{company.id}"] = Silence(
                    company,
                    self.env._(
                        "%(count)s work orders were finished in the last 24 hours and "
                        "none was measured. Is the automation rule switched off?",
                        count=count,
                    ),
                )
        return silent

    def _get_heard_since(self):
        """From when on finished work has to be measured: not before we were there."""
        since = self._now() - LOOK_BACK
        cron = self.env.ref("mfg_variance_core.cron_dead_man", raise_if_not_found=False)
        return max(since, cron.create_date) if cron else since

    def _store_silence(self, silent):
        marks = {
            fingerprint.fingerprint(
                one.company.id, "silence", "workorder", {"workorder": key}
            ): one
            for key, one in silent.items()
        }
        Case = self.env["mfg.variance.exception"]
        category = self.env.ref("mfg_variance_core.category_automation")
        # our own cases only; what was accepted counts until the source speaks again,
        # which is what stamps it as cleared
        known = Case.search(
            [
                ("source_model", "=", self._name),
                "|",
                ("is_open", "=", True),
                "&",
                ("resolution", "=", "accepted"),
                ("cleared_at", "=", False),
            ]
        )
        over = known.filtered(lambda case: case.fingerprint not in marks)
        over._filter_clearing()._clear(self._now())
        known.filtered(
            lambda case: case.fingerprint in marks and case.is_open and case.cleared_at
        )._as_system().write({"cleared_at": False})
        answered = set(known.mapped("fingerprint"))
        fresh = {mark: one for mark, one in marks.items() if mark not in answered}
        cases = Case._open_cases(
            [
                self._prepare_silence_vals(mark, one, category)
                for mark, one in fresh.items()
            ]
        )
        for case, one in zip(cases, fresh.values(), strict=True):
            self._tell_silence(case, one.heading)

    def _tell_silence(self, case, heading):
        """On screen to everybody concerned, and an activity for whoever owns it."""
        self.env["mfg.variance.run"]._notify_automation_owners(
            case.company_id,
            heading or self.env._("Variance automation is silent"),
            case.title,
        )
        self._remind(case, case.owner_id, case.title, case.what_to_do)

    def _prepare_silence_vals(self, mark, silence, category):
        now, company = self._now(), silence.company
        return {
            "title": silence.sentence,
            "fingerprint": mark,
            "severity": "major",
            "company_id": company.id,
            "category_id": category.id,
            # marks it as ours: people may keep cases of this category themselves
            "source_model": self._name,
            "first_event_at": now,
            "detected_at": now,
            "respond_minutes": 240,
            "currency_id": company.currency_id.id,
            "owner_id": company._get_automation_owners()[:1].id,
            "consequence": self.env._("Deviations go unnoticed until this is mended."),
            "what_to_do": self.env._(
                "Open Settings, Technical, and switch the rule or the scheduled action "
                "on again; or close this case as an accepted deviation."
            ),
            **silence.vals,
        }
