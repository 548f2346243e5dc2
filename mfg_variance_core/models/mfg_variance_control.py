from odoo import api, models
from odoo.models import MAGIC_COLUMNS

from .appending import CONTROL, insert

TECHNICAL = ("message_", "activity_", "website_", "rating_", "parent_path")
MANY = ("many2many", "one2many")
OURS = "mfg_variance"


class MfgVarianceControl(models.AbstractModel):
    """Records that decide what is noticed, by whom and with what reaction.

    Whoever changes, adds or removes one leaves a row *control.changed* in the ledger,
    with before and after. ``_control_fields`` names the fields that count; None means
    every stored one. A model joins by inheriting this one; nothing is read and nothing
    written while none of its fields changes.

    Of a list the row says what was taken out and what was put in: a role may have
    thousands of users.
    """

    _name = "mfg.variance.control"
    _description = "Control"

    _control_fields = None

    @api.model
    def _get_control_names(self):
        """The fields whose change is told."""
        if self._control_fields is not None:
            return frozenset(self._control_fields)
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.store
            and name not in MAGIC_COLUMNS
            and not field.related
            and field.type != "one2many"
            and not name.startswith(TECHNICAL)
        )

    def _is_control(self):
        """Whether this record is one of ours; of Odoo's own models only some are."""
        self.ensure_one()
        return True

    def _get_control_value(self, name):
        """The value of a field as the ledger keeps it."""
        self.ensure_one()
        value = self[name]
        if self._fields[name].type == "binary":
            return bool(value)
        if value == "":
            # an empty text and none are the same to whoever reads it
            return False
        return self.env["mfg.variance.ledger"]._freeze(value)

    def _read_controls(self, names):
        """``{record: (is a control, {field: value})}`` as of now."""
        # sudo: what it was and what it is, whatever the writer may read
        records = self.sudo()
        return {
            record: (
                record._is_control(),
                {name: record._get_control_value(name) for name in names},
            )
            for record in records
        }

    def _get_controls(self):
        """Those of the records that are controls."""
        # sudo: what it is, whatever the writer may read
        return self.filtered(lambda record: record.sudo()._is_control())

    def _get_loaded_addon(self):
        """The addon of ours whose data are being loaded, or an empty record."""
        # a client can name a module, too, but no client reaches a registry that loads
        name = not self.env.registry.ready and self.env.context.get("install_module")
        is_ours = (name or "").startswith(OURS)
        return self.env["ir.module.module"]._get(name if is_ours else False)

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        # what an addon of ours brings is told by its version
        if not self._get_loaded_addon():
            controls = records._get_controls()
            values = controls._read_controls(self._get_control_names())
            rows = controls._prepare_control_rows("created", {}, values)
            insert(self.env.cr, rows)
        return records

    def write(self, vals):
        names = self._get_control_names() & set(vals)
        if not names or self._get_loaded_addon().state == "to install":
            return super().write(vals)
        before = self._read_controls(names)
        result = super().write(vals)
        after = self._read_controls(names)
        insert(self.env.cr, self._prepare_control_rows("changed", before, after))
        return result

    def unlink(self):
        # while modules are unloaded, records go with their models
        if not self.env.registry.ready:
            return super().unlink()
        controls = self._get_controls()
        before = controls._read_controls(self._get_control_names())
        rows = controls._prepare_control_rows("deleted", before, {})
        result = super().unlink()
        insert(self.env.cr, rows)
        return result

    def _prepare_control_rows(self, event, before, after):
        """The texts of the rows; made now, as a record deleted has no name after."""
        rows = []
        # sudo: the names of what the writer changed
        for record in self.sudo():
            was_control, old = before.get(record, (False, {}))
            is_control, new = after.get(record, (False, {}))
            changes = {
                name: self._get_control_change(name, old.get(name), new.get(name))
                for name in old.keys() | new.keys()
                if old.get(name) != new.get(name)
            }
            if event != "changed":
                # what was never filled in says nothing
                changes = {name: pair for name, pair in changes.items() if any(pair)}
            if (was_control or is_control) and (changes or event != "changed"):
                rows.append((record, {"event": event, "changes": changes}))
        return self.env["mfg.variance.ledger"]._prepare_rows(
            [(CONTROL, record, data) for record, data in rows]
        )

    def _get_control_change(self, name, before, after):
        """``[before, after]``; of a list that changed, what left it and what came."""
        if self._fields[name].type not in MANY or before is None or after is None:
            return [before, after]
        old, new = ({one["id"]: one for one in many} for many in (before, after))
        return {
            "removed": [old[number] for number in sorted(old.keys() - new.keys())],
            "added": [new[number] for number in sorted(new.keys() - old.keys())],
        }
