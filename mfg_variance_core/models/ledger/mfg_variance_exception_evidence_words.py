from odoo import models
from odoo.tools import format_datetime
from odoo.tools.misc import formatLang


class MfgVarianceException(models.Model):
    """What sections of the evidence are made of: tables, blocks and values in words."""

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    def _evidence_table(self, key, title, head, rows):
        return {
            "key": key,
            "title": title,
            "kind": "table",
            "head": head,
            "rows": rows,
        }

    def _evidence_records(self, key, title, records, names):
        """A section of one block per record: what is filled in, with its label."""
        if not records:
            return None
        blocks = [
            (
                record.display_name if record != self else "",
                [
                    (self._get_label(record, name), self._show_value(record, name))
                    for name in names
                    if record[name]
                ],
            )
            for record in records
        ]
        return {"key": key, "title": title, "kind": "records", "records": blocks}

    def _get_label(self, records, name):
        return records._fields[name]._description_string(self.env)

    def _get_evidence_zone(self):
        return self.plant_id.tz or self.env.user.tz or "UTC"

    def _show_moment(self, moment):
        if not moment:
            return ""
        return format_datetime(
            self.env, moment, tz=self._get_evidence_zone(), dt_format="short"
        )

    def _show_money(self, amount):
        return formatLang(
            self.env,
            amount or 0.0,
            currency_obj=self.currency_id or self.company_id.currency_id,
        )

    def _show_value(self, record, name):
        """A field in words, with moments in the time of the plant."""
        field, value = record._fields[name], record[name]
        if field.type == "datetime":
            return self._show_moment(value)
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value or "")
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if field.type == "monetary":
            return self._show_money(value)
        if field.type == "float":
            unit = record["unit"] if "unit" in record._fields else ""
            return f"{formatLang(self.env, value, digits=2)} {unit or ''}".strip()
        if field.relational:
            return ", ".join(value.mapped("display_name"))
        return str(value or "")
