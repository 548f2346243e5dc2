from odoo import models
from odoo.tools import SQL

from ..domain import fingerprint, outcomes, patterns

# readings that were never judged, or whose figures are in doubt
UNJUDGED = (
    outcomes.ERROR,
    outcomes.NOT_RECORDED,
    outcomes.NOT_ENOUGH_DATA,
    outcomes.RECORDING_SUSPECT,
)
# beyond a limit, but no event: explained by something else, or nobody's policy
NO_EVENT = (outcomes.INHIBITED, outcomes.SHADOW)
WORDS = (
    "orders",
    "events",
    "run",
    "pieces",
    "defects",
    "amount",
    "started",
    "newest",
    "newest_event",
    "oldest_event",
    "points",
    "event_timeliness",
    "timeliness",
    "raw",
)


class MfgVarianceEngine(models.AbstractModel):
    """What the windows of a policy hold, summed up by the database."""

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    def _get_dim_keys(self, dims):
        # the plant is a part of every window's key already
        return tuple(key for key in fingerprint.DIMENSIONS[dims] if key != "plant")

    def _get_scope_sql(self, live):
        """The condition by which a measurement ``m`` is in the scope of a version."""
        place = live.candidate.scope
        terms = [
            SQL("%s = %s", SQL.identifier("m", column), value)
            for column, value in (
                ("company_id", place.company),
                ("plant_id", place.plant),
                ("product_id", place.product),
                ("operation_id", place.operation),
                ("workcenter_id", place.workcenter),
            )
            if value
        ]
        if place.product_category:
            within = self.env["product.category"].search(
                [("id", "child_of", place.product_category)]
            )
            terms.append(SQL("m.product_categ_id = ANY(%s)", within.ids))
        if place.workcenter_tag:
            centers = self.env["mrp.workcenter"].search(
                [("tag_ids", "in", place.workcenter_tag)]
            )
            terms.append(SQL("m.workcenter_id = ANY(%s::int[])", centers.ids))
        return SQL(" AND ").join(terms) if terms else SQL("TRUE")

    def _get_reading_sql(self, live):
        """Which measurements the windows of a version are made of, as a condition.

        Readings that a more specific version of its family covers are not its own.
        """
        terms = [
            SQL("m.metric_id = %s", live.metric_id),
            SQL("m.phase = 'final'"),
            SQL("m.outcome <> ALL(%s)", list(UNJUDGED)),
            SQL("(%s)", self._get_scope_sql(live)),
        ]
        for column in self._get_dim_columns(live)[2:3] or ["plant_id"]:
            terms.append(SQL("%s IS NOT NULL", SQL.identifier("m", column)))
        # a column that may be empty makes a condition neither true nor false
        terms += [
            SQL("(%s) IS NOT TRUE", self._get_scope_sql(rival))
            for rival in self._get_rivals(live)
        ]
        return SQL(" AND ").join(terms)

    def _get_event_sql(self, live):
        """The condition by which a measurement counts as an event of the window."""
        pattern = live.pattern
        if pattern.method == patterns.RATE:
            return SQL("m.defects > %s * m.quantity", pattern.target or 0.0)
        if pattern.method == patterns.BUDGET:
            return SQL("m.amount_kind = 'loss' AND m.amount > 0")
        worse = outcomes.SEVERITIES[outcomes.rank(pattern.event_severity) :]
        # what is worse than info and only shaded has a weak standard behind it
        return SQL(
            "m.severity = ANY(%s) AND m.outcome <> ALL(%s) "
            "AND (m.outcome <> 'shaded' OR m.severity = 'info')",
            list(worse),
            list(NO_EVENT),
        )

    def _get_same_subject_sql(self, columns, alias):
        """``m`` is of the subject in ``alias``; empty columns are equal to each other.

        The first column of a subject is never empty, so an index can serve it.
        """
        terms = [
            SQL("m.%s = %s", SQL.identifier(columns[0]), SQL.identifier(alias, "k0"))
        ]
        for number, column in enumerate(columns[1:], 1):
            sign = SQL("=") if number == 2 else SQL("IS NOT DISTINCT FROM")
            terms.append(
                SQL(
                    "%s %s %s",
                    SQL.identifier("m", column),
                    sign,
                    SQL.identifier(alias, f"k{number}"),
                )
            )
        return SQL(" AND ").join(terms)

    def _find_touched(self, spans, newest_id):
        """``{version id: {key: newest event}}`` of the subjects measured since.

        ``spans`` are pairs of a version and the id after which it reads; one query.
        """
        found = {live.id: {} for live, _after in spans}
        parts = [
            self._get_touched_sql(live, after_id, newest_id)
            for live, after_id in spans
            if newest_id > after_id
        ]
        if parts:
            for number, key, event_at in self.env.execute_query(
                SQL(" UNION ALL ").join(parts)
            ):
                found[number][tuple(key)] = event_at
        return found

    def _get_touched_sql(self, live, after_id, newest_id):
        columns = self._get_dim_columns(live)
        readings = self._get_reading_sql(live)
        return SQL(
            """
            SELECT %(version)s, ARRAY[%(keys)s], newest.event_at
              FROM (SELECT DISTINCT %(columns)s
                      FROM mfg_variance_measurement m
                     WHERE m.id > %(after)s AND m.id <= %(newest)s
                       AND %(readings)s) t
        CROSS JOIN LATERAL (
                   SELECT m.event_at
                     FROM mfg_variance_measurement m
                    WHERE %(same)s AND m.is_current AND %(readings)s
                    ORDER BY m.event_at DESC
                    LIMIT 1) newest
            """,
            version=live.id,
            keys=SQL(", ").join(
                SQL.identifier("t", f"k{n}") for n in range(len(columns))
            ),
            columns=SQL(", ").join(
                SQL("%s AS %s", SQL.identifier("m", column), SQL.identifier(f"k{n}"))
                for n, column in enumerate(columns)
            ),
            after=after_id,
            newest=newest_id,
            readings=readings,
            same=self._get_same_subject_sql(columns, "t"),
        )

    def _sum_up(self, live, subjects):
        """Fill in what the window of each subject holds, in one query for all.

        Windows by orders and pieces read the newest readings only; where those do not
        fill a window, more of them are read for these subjects again.
        """
        limit = self._get_first_limit(live.pattern)
        while subjects:
            for number, *values in self._query_windows(live, subjects, limit):
                subjects[number].found = dict(zip(WORDS, values, strict=True))
            subjects = [
                subject
                for subject in subjects
                if self._is_cut_off(live.pattern, subject.found, limit)
            ]
            limit = limit and limit * 8

    def _get_first_limit(self, pattern):
        """How many readings are looked at first; None where time bounds the window."""
        if pattern.method == patterns.BUDGET or pattern.window == "time":
            return None
        if pattern.window == "pieces":
            return 500
        # most orders have one reading at a place
        return self._get_order_count(pattern) + 12

    def _get_order_count(self, pattern):
        if pattern.is_consecutive:
            return max(limit.count for limit in pattern.limits)
        return int(pattern.size)

    def _is_cut_off(self, pattern, found, limit):
        """More readings exist than were looked at, and the window is not full."""
        if limit is None or (found["raw"] or 0) < limit:
            return False
        if pattern.window == "pieces":
            return (found["pieces"] or 0) < pattern.size
        return found["orders"] < self._get_order_count(pattern)

    def _get_loss_sql(self, live):
        """What a reading lost; of a count, only what its events lost."""
        counts = SQL("TRUE")
        if live.pattern.method == patterns.COUNT:
            counts = self._get_event_sql(live)
        return SQL(
            "CASE WHEN %s AND m.amount_kind = 'loss' THEN GREATEST(m.amount, 0) END",
            counts,
        )

    def _get_inside_sql(self, pattern):
        """Which of the ranked orders ``r`` are in the window."""
        if pattern.method == patterns.BUDGET or pattern.window == "time":
            return SQL("TRUE")
        if pattern.window == "pieces":
            return SQL("r.before < %s", pattern.size)
        return SQL("r.pos <= %s", self._get_order_count(pattern))

    def _query_windows(self, live, subjects, limit):
        columns = self._get_dim_columns(live)
        keys = list(zip(*(subject.key for subject in subjects), strict=True))
        arrays = [SQL("%s::int[]", list(values)) for values in keys]
        since = [
            max(filter(None, (one.since, one.restart_at)), default=None)
            for one in subjects
        ]
        return self.env.execute_query(
            SQL(
                """
                SELECT s.no - 1, w.*
                  FROM unnest(%(arrays)s, %(since)s::timestamp[])
                       WITH ORDINALITY AS s(%(names)s, since, no)
            CROSS JOIN LATERAL (
                WITH raw AS (
                    SELECT m.id, COALESCE(m.production_id, -m.id) AS unit, m.event_at,
                           m.quantity, m.defects, %(loss)s AS loss, m.timeliness,
                           COALESCE(%(event)s, FALSE) AS is_event
                      FROM mfg_variance_measurement m
                     WHERE %(same)s AND m.is_current AND %(readings)s
                       AND (s.since IS NULL OR m.event_at > s.since)
                     ORDER BY m.event_at DESC, m.id DESC
                     LIMIT %(limit)s
                ), units AS (
                    SELECT unit, MAX(event_at) AS at, MAX(id) AS last_id,
                           BOOL_OR(is_event) AS is_event,
                           MAX(event_at) FILTER (WHERE is_event) AS event_at,
                           MAX(id) FILTER (WHERE is_event) AS event_id,
                           SUM(quantity) AS quantity, SUM(defects) AS defects,
                           SUM(loss) AS loss, COUNT(*) AS readings,
                           (ARRAY_AGG(timeliness ORDER BY is_event DESC,
                                      event_at DESC, id DESC))[1] AS timeliness
                      FROM raw GROUP BY unit
                ), ranked AS (
                    SELECT *, ROW_NUMBER() OVER newest_first AS pos,
                           SUM(quantity) OVER newest_first - quantity AS before
                      FROM units
                    WINDOW newest_first AS (ORDER BY at DESC, last_id DESC
                                            ROWS UNBOUNDED PRECEDING)
                ), chosen AS (
                    SELECT r.*, MIN(pos) FILTER (WHERE NOT is_event) OVER () AS good
                      FROM ranked r WHERE %(inside)s
                )
                SELECT COUNT(*), COUNT(*) FILTER (WHERE is_event),
                       COUNT(*) FILTER (WHERE good IS NULL OR pos < good),
                       SUM(quantity), SUM(defects), SUM(loss),
                       MIN(at), MAX(at), MAX(event_at), MIN(event_at),
                       ARRAY_AGG(event_id ORDER BY pos) FILTER (WHERE is_event),
                       (ARRAY_AGG(timeliness ORDER BY pos)
                        FILTER (WHERE is_event))[1],
                       (ARRAY_AGG(timeliness ORDER BY pos))[1],
                       (SELECT COUNT(*) FROM raw)
                  FROM chosen) w
                """,
                arrays=SQL(", ").join(arrays),
                since=since,
                names=SQL(", ").join(
                    SQL.identifier(f"k{n}") for n in range(len(columns))
                ),
                loss=self._get_loss_sql(live),
                event=self._get_event_sql(live),
                same=self._get_same_subject_sql(columns, "s"),
                readings=self._get_reading_sql(live),
                limit=limit,
                inside=self._get_inside_sql(live.pattern),
            )
        )
