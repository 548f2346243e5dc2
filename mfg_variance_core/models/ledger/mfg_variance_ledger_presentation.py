from datetime import datetime

from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_datetime

SHOWN_LENGTH = 120


class MfgVarianceLedger(models.Model):
    """A row in words: what changed from what to what, or what it says."""

    _name = "mfg.variance.ledger"
    _inherit = "mfg.variance.ledger"

    def _compute_kind_label(self):
        labels = self._get_kind_labels()
        for row in self:
            words = row.kind.replace(".", " ").replace("_", " ").capitalize()
            row.kind_label = labels.get(row.kind, words)

    @api.model
    def _get_kind_labels(self):
        """The events in words; one that is not named here is read as it is coded."""
        return {
            "approval.decided": self.env._("Approval decided"),
            "approval.requested": self.env._("Approval asked for"),
            "control.changed": self.env._("Control changed"),
            "control.reviewed": self.env._("Changes to controls reviewed"),
            "evidence.added": self.env._("File added"),
            "evidence.changed": self.env._("File changed"),
            "evidence.removed": self.env._("File removed"),
            "exception.cleared": self.env._("Condition cleared"),
            "exception.moved": self.env._("Status changed"),
            "exception.opened": self.env._("Opened"),
            "exception.raised": self.env._("Severity raised"),
            "exception.reopened": self.env._("Reopened"),
            "handover.accepted": self.env._("Hand-over accepted"),
            "handover.signed": self.env._("Handed over"),
            "hold.lifted": self.env._("Hold lifted"),
            "hold.placed": self.env._("Hold placed"),
            "hold.weakened": self.env._("Hold weakened"),
            "ledger.exported": self.env._("Ledger exported"),
            "ledger.purged": self.env._("Ledger purged"),
            "ledger.verified": self.env._("Ledger verified"),
            "silence.ended": self.env._("Shelving ended"),
            "silence.placed": self.env._("Shelved"),
            "step.answered": self.env._("Step answered"),
        }

    def _compute_summary(self):
        for row in self:
            parts = [
                self.env._(
                    "%(name)s: %(before)s → %(after)s",
                    name=name,
                    before=before,
                    after=after,
                )
                if before is not None
                else self.env._("%(name)s: %(value)s", name=name, value=after)
                for name, before, after in row._get_lines()
            ]
            row.summary = " · ".join(parts)

    def _compute_details(self):
        for row in self:
            lines = row._get_lines()
            cells = Markup("").join(
                Markup("<tr><th>%s</th><td>%s</td><td>%s</td></tr>")
                % (name, "" if before is None else before, after)
                for name, before, after in lines
            )
            row.details = lines and Markup(
                "<table class='table table-sm'><thead><tr><th>%s</th><th>%s</th>"
                "<th>%s</th></tr></thead><tbody>%s</tbody></table>"
            ) % (self.env._("What"), self.env._("Before"), self.env._("After"), cells)

    def _get_lines(self):
        """``(name, before or None, after)`` in words, for everything the row says."""
        self.ensure_one()
        data = dict(self._get_data())
        changes = data.pop("changes", {})
        if data.get("event") == "changed":
            # before and after say so
            del data["event"]
        lines = [
            (self._get_field_label(name), *self._show_change(name, change))
            for name, change in sorted(changes.items())
        ]
        lines += [
            (self._get_field_label(name), None, self._show(name, value))
            for name, value in sorted(data.items())
        ]
        return lines

    def _get_field_label(self, name):
        model = self.env.get(self.res_model)
        field = model._fields.get(name) if model is not None else None
        if field is None:
            return name.replace("_", " ").capitalize()
        return field._description_string(self.env)

    def _show_change(self, name, change):
        """Before and after; of a list, what left it and what came."""
        if isinstance(change, list):
            return [self._show(name, value) for value in change]
        removed, added = (self._show(name, change[key]) for key in ("removed", "added"))
        return (
            change["removed"] and self.env._("%(names)s (removed)", names=removed),
            change["added"] and self.env._("%(names)s (added)", names=added),
        )

    def _show(self, name, value):
        """A value of a row as people read it, one line."""
        if value is None or value is False or value == [] or value == "":
            is_no = value is False and self._get_type(name) == "boolean"
            return self.env._("no") if is_no else "–"
        if value is True:
            return self.env._("yes")
        if isinstance(value, list):
            return ", ".join(self._show("", one) for one in value)
        if isinstance(value, dict) and {"model", "id"} <= set(value):
            return value.get("name") or self._get_name_of(value)
        if isinstance(value, dict):
            return "; ".join(
                f"{key}: {self._show('', one)}" for key, one in sorted(value.items())
            )
        return self._show_plain(name, value)

    def _show_plain(self, name, value):
        kind = self._get_type(name)
        if kind == "selection":
            field = self.env[self.res_model]._fields[name]
            value = dict(field._description_selection(self.env)).get(value, value)
        elif kind == "datetime":
            # as the ledger writes it, or as a caller put it into words
            value = format_datetime(self.env, datetime.fromisoformat(value))
        text = str(value)
        return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"

    def _get_type(self, name):
        model = self.env.get(self.res_model)
        field = model._fields.get(name) if model is not None else None
        return field.type if field is not None else None

    def _get_name_of(self, value):
        """Who a number is, as long as he has a name."""
        if value["model"] in self.env:
            # sudo: a name to show to managers and auditors
            record = self.env[value["model"]].sudo().browse(value["id"]).exists()
            if record:
                return record.display_name
        return f"{value['model']} {value['id']}"

    def action_open_record(self):
        """Open what the row is about, if it is still there and may be seen."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
