from datetime import datetime

from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_date, format_datetime

SHOWN_LENGTH = 120
DECISION = "mfg.variance.approval.decision"
DISPOSITION, HOLD = "mfg.variance.disposition", "mfg.variance.hold"
# what rows call otherwise than the field that has the words for it
MEANINGS = {
    "approval": (DISPOSITION, "approval_id"),
    "authors": ("mfg.variance.inhibition", "author_ids"),
    "before": (DISPOSITION, "state"),
    "by": (DECISION, "user_id"),
    "by_when": ("mfg.variance.exception.task", "due_date"),
    "clock": ("mfg.variance.exception.escalation", "clock"),
    "counted": (HOLD, "counted_quantity"),
    "deadline": ("mfg.variance.exception.pause", "until"),
    "exception": (DISPOSITION, "exception_id"),
    "hold": (DISPOSITION, "hold_id"),
    "in_place_of": (DECISION, "in_place_of_id"),
    "signed_by": (DECISION, "user_id"),
    "verdict": (DECISION, "verdict"),
    "way": (DECISION, "way"),
}
# of these the field has the form of the value, and another label
OWN_LABELS = ("before", "clock", "deadline")
# proof, not news: in the row itself, and left out where it is told in one line
TECHNICAL = frozenset(
    (
        "digest",
        "file",
        "files",
        "hash",
        "head",
        "mimetype",
        "readings",
        "sha256",
        "before_sha256",
        "size",
        "snapshot_sha256",
        "through_hash",
    )
)


def _is_empty(value):
    """Nothing filled in; a zero is a figure."""
    return value is None or value is False or value in ("", [])


class MfgVarianceLedger(models.Model):
    """A row in words: what changed from what to what, or what it says."""

    _name = "mfg.variance.ledger"
    _inherit = "mfg.variance.ledger"

    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.kind_label}: {row.record_label}"

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
            "approval.escalated": self.env._("Approval escalated"),
            "approval.nobody": self.env._("Nobody can approve"),
            "approval.requested": self.env._("Approval asked for"),
            "approval.withdrawn": self.env._("Approval withdrawn"),
            "break_glass.broken": self.env._("Glass broken"),
            "break_glass.ended": self.env._("Break-glass over"),
            "break_glass.reviewed": self.env._("Break-glass reviewed"),
            "control.changed": self.env._("Control changed"),
            "control.reviewed": self.env._("Changes to controls reviewed"),
            "delegation.ended": self.env._("Delegation ended"),
            "delegation.made": self.env._("Delegated"),
            "disposition.approved": self.env._("Disposition approved"),
            "disposition.done": self.env._("Disposition carried out"),
            "disposition.failed": self.env._("Disposition failed"),
            "disposition.rejected": self.env._("Disposition rejected"),
            "disposition.waiting": self.env._("Disposition asked for"),
            "disposition.withdrawn": self.env._("Disposition withdrawn"),
            "evidence.added": self.env._("File added"),
            "evidence.changed": self.env._("File changed"),
            "evidence.removed": self.env._("File removed"),
            "exception.cleared": self.env._("Condition cleared"),
            "exception.deadline_missed": self.env._("Deadline missed"),
            "exception.escalated": self.env._("Escalated"),
            "exception.moved": self.env._("Status changed"),
            "exception.opened": self.env._("Opened"),
            "exception.paused": self.env._("Paused"),
            "exception.proven": self.env._("Proven by readings"),
            "exception.raised": self.env._("Severity raised"),
            "exception.reopened": self.env._("Reopened"),
            "exception.resumed": self.env._("Resumed"),
            "exception.verified": self.env._("Verified"),
            "handover.accepted": self.env._("Hand-over accepted"),
            "handover.signed": self.env._("Handed over"),
            "hold.confirmed": self.env._("Hold confirmed"),
            "hold.lifted": self.env._("Hold lifted"),
            "hold.narrowed": self.env._("Hold narrowed"),
            "hold.placed": self.env._("Hold placed"),
            "hold.reduced": self.env._("Hold reduced"),
            "hold.strengthened": self.env._("Hold strengthened"),
            "hold.weakened": self.env._("Hold weakened"),
            "ledger.exported": self.env._("Ledger exported"),
            "ledger.purged": self.env._("Ledger purged"),
            "ledger.verified": self.env._("Ledger verified"),
            "permit.expired": self.env._("Permit expired"),
            "permit.used_up": self.env._("Permit used up"),
            "silence.ended": self.env._("Shelving ended"),
            "silence.placed": self.env._("Shelved"),
            "step.answered": self.env._("Step answered"),
            "suppression.activated": self.env._("Suppression activated"),
            "suspect.found": self.env._("Suspects found"),
            "task.added": self.env._("Task added"),
            "task.cancelled": self.env._("Task cancelled"),
            "task.changed": self.env._("Task changed"),
            "task.done": self.env._("Task done"),
            "task.undone": self.env._("Task to do again"),
            "task.verified": self.env._("Task verified"),
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
                for name, before, after in row._get_lines(is_short=True)
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

    def _get_lines(self, is_short=False):
        """``(name, before or None, after)`` in words, for everything the row says.

        In short without what is not filled in and what only proves something.
        """
        self.ensure_one()
        data = dict(self._get_data())
        changes = data.pop("changes", {})
        if is_short:
            data = {
                name: value
                for name, value in data.items()
                if not _is_empty(value) and name not in TECHNICAL
            }
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

    def _get_field(self, name):
        """The field that has the words for a name and its values, or None."""
        if self.kind.startswith("evidence."):
            return None  # of a file, whatever the case calls so
        for model, field in ((self.res_model, name), MEANINGS.get(name, ("", ""))):
            if model in self.env and field in self.env[model]._fields:
                return self.env[model]._fields[field]
        return None

    def _get_field_label(self, name):
        field = self._get_field(name)
        if field is None or name in OWN_LABELS:
            return name.replace("_", " ").capitalize()
        return field._description_string(self.env)

    def _show_change(self, name, change):
        """Before and after; of a list, what left it and what came."""
        if isinstance(change, list):
            return [self._show(name, value) for value in change]
        removed, added = (
            change[key] and self._show(name, change[key])
            for key in ("removed", "added")
        )
        left = removed and self.env._("%(names)s (removed)", names=removed)
        came = added and self.env._("%(names)s (added)", names=added)
        return (left, came) if left and came else (None, left or came)

    def _show(self, name, value):
        """A value of a row as people read it, one line."""
        field = self._get_field(name)
        if _is_empty(value):
            is_no = value is False and field is not None and field.type == "boolean"
            return self.env._("no") if is_no else "–"
        if value is True:
            return self.env._("yes")
        if isinstance(value, list):
            is_many = field is not None and field.relational
            return ", ".join(self._show(is_many and name, one) for one in value)
        if isinstance(value, dict) and {"model", "id"} <= set(value):
            return value.get("name") or self._get_name_of(value)
        if isinstance(value, dict):
            return "; ".join(
                f"{key}: {self._show('', one)}" for key, one in sorted(value.items())
            )
        return self._show_plain(field, value)

    def _show_plain(self, field, value):
        kind = field.type if field is not None else None
        if kind == "selection":
            value = dict(field._description_selection(self.env)).get(value, value)
        elif kind == "datetime":
            # as the ledger writes it, or as a caller put it into words
            value = format_datetime(
                self.env,
                datetime.fromisoformat(value),
                tz=self.env.context.get("tz"),
                dt_format="short",
            )
        elif kind == "date":
            value = format_date(self.env, value)
        elif field is not None and field.relational and isinstance(value, int):
            value = self._get_name_of({"model": field.comodel_name, "id": value})
        elif isinstance(value, float):
            value = f"{value:.10g}"
        text = str(value)
        return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"

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
