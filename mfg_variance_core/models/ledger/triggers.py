"""What the database itself does and refuses on the tables of the ledger (D14)."""

from odoo.tools import SQL

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
    RETURN NEW;
END
$$ LANGUAGE plpgsql
"""
KEEP = """
CREATE OR REPLACE FUNCTION mfg_variance_ledger_keep() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are evidence: they are only ever added.', TG_TABLE_NAME;
END
$$ LANGUAGE plpgsql
"""


def create_functions(cr):
    for text in (FILL, KEEP):
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
