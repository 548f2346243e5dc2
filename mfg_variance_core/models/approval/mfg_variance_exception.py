from odoo import fields, models


class MfgVarianceException(models.Model):
    """What approvals and broken glass mean for a case."""

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    approval_ids = fields.One2many("mfg.variance.approval", "exception_id")
    approval_count = fields.Integer(string="Approvals", compute="_compute_approvals")
    waiting_approval_count = fields.Integer(compute="_compute_approvals")

    def _compute_approvals(self):
        rows = self.env["mfg.variance.approval"]._read_group(
            [("exception_id", "in", self.ids)], ["exception_id", "state"], ["__count"]
        )
        counts = {}
        for case, state, count in rows:
            counts.setdefault(case.id, {})[state] = count
        for case in self:
            found = counts.get(case._origin.id, {})
            case.approval_count = sum(found.values())
            case.waiting_approval_count = found.get("waiting", 0)

    def _get_gate_needs(self, to):
        """Nothing is resolved before it is decided, nor closed before its review."""
        needs = super()._get_gate_needs(to)
        if self.track != "full" or to not in ("resolved", "closed"):
            return needs
        case = self.sudo()  # sudo: what waits counts, seen or not
        for approval in case.approval_ids.filtered(lambda one: one.state == "waiting"):
            needs.append(
                self.env._(
                    "%(approval)s waits for a decision.", approval=approval.display_name
                )
            )
        if to == "closed":
            glasses = self.env["mfg.variance.break_glass"].sudo()  # sudo: as above
            for glass in glasses.search(
                [("hold_id.exception_id", "=", case.id), ("state", "!=", "reviewed")]
            ):
                needs.append(
                    self.env._("%(glass)s waits for its review.", glass=glass.name)
                )
        return needs

    def action_open_approvals(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_approval_action"
        )
        return {**action, "domain": [("exception_id", "=", self.id)], "context": {}}
