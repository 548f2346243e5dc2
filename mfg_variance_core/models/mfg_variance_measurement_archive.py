from odoo import api, fields, models
from odoo.tools import SQL

from .mfg_variance_measurement import MfgVarianceMeasurement

# Moves at most so many measurements of a company, oldest first, and says how many.
# What was recorded lately stays at hand, however long ago it is said to have happened.
# What belongs to an open case stays, and so do a count that was allotted to orders, as
# the shares refer to it, and what a row that stays was superseded by. The trigger
# lets a measurement go only when the archive has it word for word; the counts are
# compared all the same before anything is committed.
MOVE = """
CREATE OR REPLACE FUNCTION mfg_variance_archive(
    of_company integer, older_than timestamp, at_most integer, run_at timestamp,
    run_name varchar
) RETURNS integer AS $$
DECLARE
    chosen integer[];
    remaining integer[];
    columns text;
    moved integer;
    deleted integer;
BEGIN
    -- nodes take turns: the second one finds nothing to do
    IF NOT pg_try_advisory_xact_lock(hashtext('mfg_variance_archive')) THEN
        RETURN 0;
    END IF;
    -- in order: the loop ends when two lists are the same, whatever the plan
    SELECT array_agg(id ORDER BY id) INTO chosen FROM (
        SELECT m.id FROM mfg_variance_measurement AS m
         WHERE m.company_id = of_company AND m.event_at < older_than
           AND m.recorded_at < older_than
           AND NOT EXISTS (
               SELECT 1 FROM mfg_variance_exception AS e
                WHERE e.id = m.exception_id AND e.state <> 'closed')
           AND NOT EXISTS (
               SELECT 1 FROM mfg_variance_allotment AS a WHERE a.measurement_id = m.id)
         ORDER BY m.id LIMIT at_most FOR UPDATE OF m SKIP LOCKED
    ) AS oldest;
    LOOP
        SELECT array_agg(c.id ORDER BY c.id) INTO remaining
          FROM unnest(chosen) AS c(id)
         WHERE NOT EXISTS (
             SELECT 1 FROM mfg_variance_measurement AS m
              WHERE m.superseded_by_id = c.id AND m.id <> ALL(chosen));
        EXIT WHEN remaining IS NOT DISTINCT FROM chosen;
        chosen := remaining;
    END LOOP;
    IF chosen IS NULL THEN
        RETURN 0;
    END IF;
    SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
     WHERE attrelid = 'mfg_variance_measurement'::regclass
       AND attnum > 0 AND NOT attisdropped;
    EXECUTE format(
        'INSERT INTO mfg_variance_measurement_archive (%1$s, archived_at, shadow_hits)
         SELECT %1$s, $2, (
             SELECT jsonb_agg(to_jsonb(h)) FROM mfg_variance_shadow_hit AS h
              WHERE h.measurement_id = m.id)
           FROM mfg_variance_measurement AS m WHERE id = ANY($1)', columns)
      USING chosen, run_at;
    GET DIAGNOSTICS moved = ROW_COUNT;
    DELETE FROM mfg_variance_measurement WHERE id = ANY(chosen);
    GET DIAGNOSTICS deleted = ROW_COUNT;
    IF moved <> cardinality(chosen) OR deleted <> moved THEN
        RAISE EXCEPTION 'Archive: % chosen, % copied, % removed; nothing is moved.',
            cardinality(chosen), moved, deleted;
    END IF;
    INSERT INTO mfg_variance_run
        (name, kind, outcome, started_at, record_count, company_id, create_date)
    VALUES
        (run_name, 'cron', 'ok', run_at, moved, of_company, now() AT TIME ZONE 'UTC');
    RETURN moved;
END
$$ LANGUAGE plpgsql
"""


class MfgVarianceMeasurementArchive(models.Model):
    """Measurements whose time at hand is over, moved here unchanged (D19).

    Same columns and same ids; nobody creates a row, and the database refuses to
    change one. Cases go on counting what lies here.
    """

    _name = "mfg.variance.measurement.archive"
    _description = "Archived Variance Measurement"
    _inherit = ["mfg.variance.measurement"]
    _append_only_columns = (
        *MfgVarianceMeasurement._append_only_columns,
        "is_current",
        "superseded_by_id",
        "exception_id",
        "archived_at",
        "shadow_hits",
    )

    # the number the superseding row had and has, here or among the measurements
    superseded_by_id = fields.Integer(string="Superseded By", aggregator=None)
    archived_at = fields.Datetime(string="Archived", required=True)
    shadow_hits = fields.Json(
        help="What versions in shadow would have raised for it, as it was stored."
    )

    @api.private
    def init(self):
        result = super().init()
        self.env.cr.execute(SQL(MOVE.replace("%", "%%")))
        return result

    @api.model
    def _move(self, company, before, limit):
        """Move a batch of one company's measurements; returns how many."""
        self._as_system()  # refuses stored code: it would take figures out of sight
        now = self.env["mfg.variance.engine"]._now()
        self.env.flush_all()
        [[moved]] = self.env.execute_query(
            SQL(
                "SELECT mfg_variance_archive(%s, %s, %s, %s, %s)",
                company.id,
                before,
                limit,
                now,
                self.env._("Measurements moved to the archive"),
            )
        )
        self.env["mfg.variance.measurement"].invalidate_model()
        return moved
