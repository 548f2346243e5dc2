from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..guard import SYSTEM, TOKEN_KEY, is_stored_code, is_system

# runs that went well and belong to no case are kept this long
KEPT_DAYS = 90
# what is past the ORM is stopped by the database: the columns named by the trigger
# stay as inserted, but for a link whose record is deleted, and rows stay at all, but
# for runs whose time is over and for what lies in the archive word for word
APPEND_ONLY = f"""
CREATE OR REPLACE FUNCTION mfg_variance_append_only() RETURNS trigger AS $$
DECLARE
    was jsonb;
    is_now jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        was := to_jsonb(OLD);
        is_now := to_jsonb(NEW);
        IF NOT EXISTS (
            SELECT 1 FROM unnest(TG_ARGV) AS frozen
             WHERE is_now -> frozen IS DISTINCT FROM was -> frozen
               AND NOT (frozen LIKE '%_id' AND is_now ->> frozen IS NULL)
        ) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'mfg_variance_run' THEN
        was := to_jsonb(OLD);
        IF was ->> 'outcome' <> 'failed' AND was ->> 'exception_id' IS NULL
            AND (was ->> 'started_at')::timestamp
                < now() AT TIME ZONE 'UTC' - interval '{KEPT_DAYS} days'
        THEN
            RETURN OLD;
        END IF;
    ELSIF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'mfg_variance_measurement' THEN
        IF EXISTS (
            SELECT 1 FROM mfg_variance_measurement_archive AS kept
             WHERE kept.id = OLD.id
               AND to_jsonb(kept) - 'archived_at' - 'shadow_hits' = to_jsonb(OLD)
        ) THEN
            RETURN OLD;
        END IF;
    ELSIF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'mfg_variance_shadow_hit' THEN
        was := to_jsonb(OLD);
        IF EXISTS (
            SELECT 1 FROM mfg_variance_measurement_archive AS kept
             WHERE kept.id = (was ->> 'measurement_id')::integer
               AND kept.shadow_hits @> jsonb_build_array(was)
        ) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'Rows of % are evidence: they are only ever added.', TG_TABLE_NAME;
END
$$ LANGUAGE plpgsql
"""


class MfgVarianceGuarded(models.AbstractModel):
    """Records, or single fields, that only the system itself may write.

    ``_guarded_fields = None`` guards the whole record: nobody creates, writes or
    deletes it, whatever the access rights, ``sudo()`` or the context say. A set of
    names guards those fields on create and write; ``_guard_create`` and
    ``_guard_unlink`` guard creation and deletion as a whole. The system writes
    through :meth:`_as_system`.
    """

    _name = "mfg.variance.guarded"
    _description = "Written by the system only"

    _guarded_fields = None
    _guard_create = True
    _guard_unlink = True
    # columns of evidence that the database itself keeps as they were inserted
    _append_only_columns = ()

    @api.private
    def init(self):
        """Let the database refuse what the ORM cannot see (DESIGN rule 9)."""
        super().init()
        if not self._append_only_columns:
            return
        table = SQL.identifier(self._table)
        columns = SQL(", ").join(map(SQL, map(repr, self._append_only_columns)))
        self.env.cr.execute(SQL(APPEND_ONLY.replace("%", "%%")))
        for name, event, level in (
            ("row", SQL("UPDATE OR DELETE"), SQL("ROW")),
            ("table", SQL("TRUNCATE"), SQL("STATEMENT")),
        ):
            trigger = SQL.identifier(f"mfg_variance_append_only_{name}")
            self.env.cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", trigger, table))
            self.env.cr.execute(
                SQL(
                    "CREATE TRIGGER %s BEFORE %s ON %s FOR EACH %s "
                    "EXECUTE FUNCTION mfg_variance_append_only(%s)",
                    trigger,
                    event,
                    table,
                    level,
                    columns,
                )
            )

    def _as_system(self):
        """The same records, allowed to write what is guarded.

        Of the context only what is no default stays: a default is client input that
        would end up in a row the system signs for.
        """
        if is_stored_code():
            self._refuse(())
        context = {
            key: value
            for key, value in self.env.context.items()
            if not key.startswith("default_")
        }
        # sudo: guarded rows have no write access for anybody; callers have decided
        # by their own checks that this very change is due
        return self.sudo().with_context({**context, TOKEN_KEY: SYSTEM})

    def _lock_waiting(self):
        """Lock the rows until the transaction ends; who holds them is waited for.

        A row that changed meanwhile makes Odoo repeat the request on a fresh snapshot
        (D9), which then says what became of it; ``lock_for_update`` would refuse at
        once, with a message that tells a person nothing.
        """
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
                SQL.identifier(self._table),
                self._ids,
            )
        )

    def _refuse(self, names):
        raise AccessError(
            self.env._(
                "%(model)s: %(fields)s can only be changed by variance control itself. "
                "Use the buttons of the record instead.",
                model=self._description,
                fields=", ".join(sorted(names)) or self.env._("this record"),
            )
        )

    def _get_guarded(self, names):
        guarded = self._guarded_fields
        return set(names) if guarded is None else set(names) & guarded

    @api.model_create_multi
    def create(self, vals_list):
        if not is_system(self.env):
            if self._guard_create:
                self._refuse(())
            vals_list = [self._prepare_unguarded_vals(vals) for vals in vals_list]
        return super().create(vals_list)

    @api.model
    def _prepare_unguarded_vals(self, vals):
        """These values with every guarded field at its plain default.

        A default is what everybody gets, and a delegating model passes it on; but it
        is the field's own, not one from the context or a user's saved defaults.
        """
        plain = {
            name: self._get_plain_default(name)
            for name in self._guarded_fields or self._fields
        }
        names = {
            name
            for name in self._get_guarded(vals)
            if (vals[name] or False) != (plain[name] or False)
        }
        if names:
            self._refuse(names)
        return {**vals, **plain}

    def _get_plain_default(self, name):
        default = self._fields[name].default
        return default(self) if default else False

    def write(self, vals):
        if not is_system(self.env):
            names = self._get_guarded(vals)
            if names:
                self._refuse(names)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        if self._guard_unlink and not is_system(self.env):
            raise AccessError(
                self.env._(
                    "%(model)s records are kept as evidence and cannot be deleted.",
                    model=self._description,
                )
            )
