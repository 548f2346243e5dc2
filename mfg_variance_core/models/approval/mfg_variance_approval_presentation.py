from markupsafe import Markup

from odoo import api, fields, models


class MfgVarianceApproval(models.Model):
    """What people see of an approval, and the buttons."""

    _name = "mfg.variance.approval"
    _inherit = "mfg.variance.approval"

    can_decide = fields.Boolean(
        compute="_compute_can_decide",
        search="_search_can_decide",
        compute_sudo=False,
        help="Asked when it is shown, not when it was asked for.",
    )
    can_withdraw = fields.Boolean(compute="_compute_can_withdraw")
    open_roles = fields.Char(string="Waits For", compute="_compute_open_roles")
    decided_text = fields.Html(string="Decided So Far", compute="_compute_decided_text")

    @api.depends_context("uid")
    @api.depends("approver_ids", "state", "decision_ids")
    def _compute_can_decide(self):
        mine = self._origin._get_decidable(self.env.user)
        for approval in self:
            approval.can_decide = approval._origin in mine

    def _search_can_decide(self, operator, value):
        """What waits for the user: of what was found to wait for him, asked again."""
        if operator != "in":
            return NotImplemented
        found = self.search(
            [("state", "=", "waiting"), ("approver_ids", "in", self.env.uid)]
        )
        return [("id", "in", found._get_decidable(self.env.user).ids)]

    @api.depends_context("uid")
    @api.depends("state", "requester_id")
    def _compute_can_withdraw(self):
        for approval in self:
            approval.can_withdraw = (
                approval.state == "waiting" and approval.requester_id == self.env.user
            )

    def _compute_open_roles(self):
        labels = dict(
            self.env["mfg.variance.approval.step"]
            ._fields["role"]
            ._description_selection(self.env)
        )
        # sudo: whom the open steps ask
        steps = self._origin._get_open_steps().sudo().grouped("approval_id")
        for approval in self:
            names = []
            for step in steps.get(approval._origin, ()):
                named = step.user_ids.mapped("name")
                names += named or [labels[step.role]]
                if step.escalated_at:
                    names.append(labels[step.escalate_role])
            if approval.state == "waiting" and not names:
                # whoever was left to agree is not here any more
                names.append(self.env._("Nobody: withdraw it and ask again"))
            approval.open_roles = ", ".join(dict.fromkeys(names))

    @api.depends_context("lang", "tz")
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
        if not self.has_access("read"):
            return [], 0
        found = self.search([("can_decide", "=", True)], order="requested_at, id")
        return [one._prepare_floor_vals() for one in found[:limit]], len(found)

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
