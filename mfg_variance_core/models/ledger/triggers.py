"""What the database itself does and refuses on the tables of the ledger (D14)."""

from odoo.tools import SQL

# nothing younger is ever purged
KEPT_DAYS = 365

# The columns are what the content says, and the moment is the database's own: a row
# that goes past the ORM can neither contradict itself nor be dated back.
FILL = """
CREATE OR REPLACE FUNCTION mfg_variance_ledger_fill() RETURNS trigger AS $$
DECLARE
    said jsonb := NEW.content::jsonb;
BEGIN
    IF NEW.content_hash IS DISTINCT FROM
        encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex')
    THEN
        RAISE EXCEPTION
            'The hash of a row of the ledger has to be that of its content.';
    END IF;
    NEW.kind := said ->> 'kind';
    NEW.at := (said ->> 'at')::timestamp;
    NEW.actor_ref := (said ->> 'actor_ref')::integer;
    NEW.origin := said ->> 'origin';
    NEW.res_model := said ->> 'res_model';
    NEW.res_id := (said ->> 'res_id')::integer;
    NEW.res_name := said ->> 'res_name';
    NEW.company_ref := (said ->> 'company_ref')::integer;
    NEW.plant_ref := (said ->> 'plant_ref')::integer;
    NEW.case_ref := (said ->> 'case_ref')::integer;
    NEW.recorded_at := date_trunc('second', clock_timestamp() AT TIME ZONE 'UTC');
    IF NEW.kind = 'ledger.purged' THEN
        PERFORM 1 FROM mfg_variance_ledger_seal AS s
          JOIN mfg_variance_ledger AS e ON e.kind = 'ledger.exported'
           AND e.content::jsonb #>> '{data,through_hash}' = s.hash
         WHERE s.id = (said #>> '{data,through_seal}')::integer
           AND s.hash = said #>> '{data,through_hash}'
           AND NOT EXISTS (
               SELECT 1 FROM mfg_variance_ledger AS l
                 JOIN mfg_variance_ledger_seal AS o ON o.ledger_id = l.id
                WHERE o.id <= s.id
                  AND l.recorded_at > NEW.recorded_at - interval '<days> days');
        IF NOT FOUND THEN
            RAISE EXCEPTION
                'Only rows that were exported and are old enough are purged.';
        END IF;
    END IF;
    RETURN NEW;
END
$$ LANGUAGE plpgsql
"""
KEEP = """
CREATE OR REPLACE FUNCTION mfg_variance_ledger_keep() RETURNS trigger AS $$
DECLARE
    was jsonb;
    cut integer;
BEGIN
    -- a row of the ledger that names the cut is what lets go of what lies before it;
    -- the seal at the cut stays, so that the chain goes on from there
    IF TG_OP = 'DELETE' THEN
        was := to_jsonb(OLD);
        SELECT MAX((content::jsonb #>> '{data,through_seal}')::integer) INTO cut
          FROM mfg_variance_ledger WHERE kind = 'ledger.purged';
        IF TG_TABLE_NAME = 'mfg_variance_ledger_seal' THEN
            IF (was ->> 'id')::integer < cut AND NOT EXISTS (
                SELECT 1 FROM mfg_variance_ledger
                 WHERE id = (was ->> 'ledger_id')::integer
            ) THEN
                RETURN OLD;
            END IF;
        ELSIF EXISTS (
            SELECT 1 FROM mfg_variance_ledger_seal
             WHERE ledger_id = (was ->> 'id')::integer AND id <= cut
        ) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'Rows of % are evidence: they are only ever added.', TG_TABLE_NAME;
END
$$ LANGUAGE plpgsql
"""
# The one way by which rows go: it writes its own row first, and the triggers look at
# that. What it removes is counted against what it said.
PURGE = """
CREATE OR REPLACE FUNCTION mfg_variance_ledger_purge(
    said text, said_hash varchar, said_signature varchar
) RETURNS integer AS $$
DECLARE
    cut integer := (said::jsonb #>> '{data,through_seal}')::integer;
    removed integer;
BEGIN
    IF said::jsonb ->> 'kind' IS DISTINCT FROM 'ledger.purged' THEN
        RAISE EXCEPTION 'The row of a purge says that it is one.';
    END IF;
    IF NOT pg_try_advisory_xact_lock(hashtext('mfg_variance_ledger')) THEN
        RAISE EXCEPTION 'Rows are being sealed at this moment. Repeat the purge.';
    END IF;
    INSERT INTO mfg_variance_ledger (content, content_hash, signature)
    VALUES (said, said_hash, said_signature);
    DELETE FROM mfg_variance_ledger WHERE id IN (
        SELECT ledger_id FROM mfg_variance_ledger_seal WHERE id <= cut);
    GET DIAGNOSTICS removed = ROW_COUNT;
    IF removed <> (said::jsonb #>> '{data,count}')::integer THEN
        RAISE EXCEPTION 'Purge: % said, % found; nothing is removed.',
            said::jsonb #>> '{data,count}', removed;
    END IF;
    DELETE FROM mfg_variance_ledger_seal WHERE id < cut;
    RETURN removed;
END
$$ LANGUAGE plpgsql
"""


def create_functions(cr):
    for text in (FILL, KEEP, PURGE):
        text = text.replace("<days>", str(KEPT_DAYS))
        cr.execute(SQL(text.replace("%", "%%")))


def create_trigger(cr, table, name, events, level, function):
    """Create a trigger anew; ours are named so that uninstalling finds them."""
    trigger = SQL.identifier(f"mfg_variance_ledger_{name}")
    table = SQL.identifier(table)
    cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", trigger, table))
    cr.execute(
        SQL(
            "CREATE TRIGGER %s BEFORE %s ON %s FOR EACH %s EXECUTE FUNCTION %s()",
            trigger,
            SQL(events),
            table,
            SQL(level),
            SQL.identifier(function),
        )
    )


def keep(cr, table):
    """Rows of the table are never changed, removed or emptied."""
    create_functions(cr)
    function = "mfg_variance_ledger_keep"
    create_trigger(cr, table, "row", "UPDATE OR DELETE", "ROW", function)
    create_trigger(cr, table, "table", "TRUNCATE", "STATEMENT", function)
