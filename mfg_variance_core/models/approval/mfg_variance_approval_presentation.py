from markupsafe import Markup

from odoo import api, fields, models


class MfgVarianceApproval(models.Model):
    """What people see of an approval, and the buttons."""

    _name = "mfg.variance.approval"
    _inherit = "mfg.variance.approval"

    can_decide = fields.Boolean(compute="_compute_can_decide")
    can_withdraw = fields.Boolean(compute="_compute_can_decide")
    open_roles = fields.Char(string="Waits For", compute="_compute_open_roles")
    decided_text = fields.Html(string="Decided So Far", compute="_compute_decided_text")

    @api.depends_context("uid")
    @api.depends("approver_ids", "state", "requester_id")
    def _compute_can_decide(self):
        for approval in self:
            is_waiting = approval.state == "waiting"
            approval.can_decide = is_waiting and self.env.user in approval.approver_ids
            approval.can_withdraw = (
                is_waiting and approval.requester_id == self.env.user
            )

    def _compute_open_roles(self):
        labels = dict(
            self.env["mfg.variance.approval.step"]
            ._fields["role"]
            ._description_selection(self.env)
        )
        for approval in self:
            # sudo: whom the open steps ask
            steps = approval._get_open_steps().sudo() if approval._origin else ()
            names = []
            for step in steps:
                named = step.user_ids.mapped("name")
                names += named or [labels[step.role]]
                if step.escalated_at:
                    names.append(labels[step.escalate_role])
            approval.open_roles = ", ".join(dict.fromkeys(names))

    def _compute_decided_text(self):
        for approval in self:
            lines = [
                Markup("<li>%s</li>") % row.display_name
                for row in approval.decision_ids.sudo()  # sudo: names of colleagues
            ]
            approval.decided_text = (
                Markup("<ul class='mb-0'>%s</ul>") % Markup("").join(lines)
                if lines
                else False
            )

    # ---------------------------------------------------------------- buttons

    def action_decide(self):
        """Ask for the decision, with what is signed in plain words."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide"),
            "res_model": "mfg.variance.decide",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_approval_id": self.id,
                # who may not decide himself lends the device to somebody who may
                "default_is_shared": not self.can_decide,
            },
        }

    def action_withdraw(self):
        """The requester takes the question back."""
        for approval in self:
            approval._withdraw()
        return True

    def action_open_record(self):
        """Open what it is about, with the rights of the user."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    @api.model
    def _get_floor_cards(self, limit):
        """``(cards, count)`` of what waits for this person, for *My Shift*."""
        domain = [("state", "=", "waiting"), ("approver_ids", "in", self.env.uid)]
        if not self.has_access("read"):
            return [], 0
        found = self.search(domain, order="requested_at, id", limit=limit + 1)
        count = len(found) if len(found) <= limit else self.search_count(domain)
        return [one._prepare_floor_vals() for one in found[:limit]], count

    def _prepare_floor_vals(self):
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            "title": self.record_name,
            "kind": self._get_kind_label(self.kind),
            "reason": self.reason,
            "amount": self.amount if self.has_amount else None,
            "currency_id": self.currency_id.id,
            "asked_by": self.requester_id.sudo().name or "",  # sudo: a colleague
            "asked_at": fields.Datetime.to_string(self.requested_at),
        }
