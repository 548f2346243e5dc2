from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...domain import deadlines, forecasts

# clock -> the stamp it begins with and the ones it ends with, the first that is there
SPANS = {
    deadlines.ACKNOWLEDGE: ("clock_started_at", ("acknowledged_at",)),
    deadlines.CONTAIN: ("acknowledged_at", ("contained_at", "decided_at")),
    deadlines.DECIDE: ("acknowledged_at", ("decided_at",)),
    deadlines.RESOLVE: ("acknowledged_at", ("resolved_at", "closed_at")),
}

LEAST_LOOK = timedelta(minutes=15)
# whoever's pace it is, no more of his cases are read
MOST_READ = 200
READ = ("owner_id", "plant_id", "policy_id", "cleared_at", "is_historic")


class MfgVarianceException(models.Model):
    """Whether a case is likely to miss its next deadline, before it does.

    From how fast its owner answered his last cases and how many he has in hand that
    are due sooner; where he answered too few, from those of his role in the plant.
    """

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    likely_at = fields.Datetime(
        string="Likely Done", readonly=True, help="As reckoned at the last look."
    )
    is_likely_late = fields.Boolean(string="Likely Late", readonly=True)
    forecast_text = fields.Char(string="Forecast", readonly=True)

    def _look_ahead(self, now):
        """Say once that the next deadline will likely be missed; look again later."""
        moments = super()._look_ahead(now)
        clock, by = self.respond_clock, self.respond_by
        found = clock and by > now and self._get_forecast(clock, by, now)
        is_late = forecasts.is_likely_late(found or None, by or None)
        self._as_system().write(
            {
                "likely_at": found.likely_at.replace(microsecond=0) if found else False,
                "is_likely_late": is_late,
                "forecast_text": found and self._get_forecast_text(found),
            }
        )
        # who calls nobody when a deadline passes calls nobody before it does
        has_chain = (
            self.env["mfg.variance.escalation"]._get_chains().get(self.sla_id.id)
        )
        if is_late and has_chain and not self._is_forecast_told(clock):
            self._tell_next(
                "forecast", clock, "supervisor", now, reason=self.forecast_text
            )
        if by and by > now:
            # halfway to the deadline, and halfway again as long as it is worth it
            half = now + (by - now) / 2
            if by - now > LEAST_LOOK:
                moments.append(half.replace(microsecond=0))
        return moments

    def _is_forecast_told(self, clock):
        return any(
            row.kind == "forecast" and row.clock == clock for row in self._get_round()
        )

    def _get_forecast(self, clock, by, now):
        """When this case is likely done, None where nobody can tell."""
        pace = self._get_pace(clock)
        begin = SPANS[clock][0]
        ahead = self.search_count(
            Domain("owner_id", "=", self.owner_id.id)
            & Domain("is_open", "=", True)
            & Domain("cleared_at", "=", False)
            & Domain("id", "!=", self.id)
            & Domain("respond_by", "<", by)
        )
        return forecasts.forecast(
            pace,
            self[begin] or self.clock_started_at,
            now,
            ahead if self.owner_id else 0,
        )

    def _get_pace(self, clock):
        """How fast the owner is, else his role in this plant."""
        known = None
        if self.owner_id:
            known = self._read_pace(clock, SQL("owner_id = %s", self.owner_id.id))
        role = self.policy_id.owner_role
        if known or not role:
            return known
        of_role = SQL(
            "plant_id = %s AND policy_id IN "
            "(SELECT id FROM mfg_variance_policy WHERE owner_role = %s)",
            self.plant_id.id or 0,
            role,
        )
        return self._read_pace(clock, of_role)

    @api.model
    def _read_pace(self, clock, whose):
        """The pace over the last cases of somebody that were answered by people.

        Of the newest cases only: what is read stays the same however many there are.
        """
        begin, ends = SPANS[clock]
        end = SQL("COALESCE(%s)", SQL(", ").join(map(SQL.identifier, ends)))
        self.flush_model([begin, *ends, *READ])
        rows = self.env.execute_query(
            SQL(
                "SELECT begin, done FROM (SELECT %s AS begin, %s AS done "
                "FROM mfg_variance_exception WHERE %s AND cleared_at IS NULL "
                "AND is_historic IS NOT TRUE ORDER BY id DESC LIMIT %s) AS spans "
                "WHERE begin IS NOT NULL AND done >= begin "
                "ORDER BY done DESC LIMIT %s",
                SQL.identifier(begin),
                end,
                whose,
                MOST_READ,
                forecasts.MOST_CASES,
            )
        )
        return forecasts.pace(rows)

    def _get_forecast_text(self, found):
        now = self.env["mfg.variance.engine"]._now()
        left = round((found.likely_at - now).total_seconds() / 60)
        return self.env._(
            "Likely done in %(time)s: the last %(count)s cases took %(pace)s each, and "
            "%(ahead)s more are due sooner.",
            time=self._get_span_label(left),
            count=found.pace.count,
            pace=self._get_span_label(round(found.pace.minutes)),
            ahead=found.ahead,
        )
