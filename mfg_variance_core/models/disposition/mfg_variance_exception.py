from odoo import api, fields, models

from ...domain import dispositions


class MfgVarianceException(models.Model):
    """A case is resolved when what was decided about its stock is done."""

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    disposition_ids = fields.One2many(
        "mfg.variance.disposition", "exception_id", string="Dispositions"
    )
    disposition_count = fields.Integer(compute="_compute_disposition_count")
    has_undecided = fields.Boolean(compute="_compute_has_undecided")

    @api.depends("disposition_ids")
    def _compute_disposition_count(self):
        counts = dict(
            self.env["mfg.variance.disposition"]._read_group(
                [("exception_id", "in", self.ids)], ["exception_id"], ["__count"]
            )
        )
        for case in self:
            case.disposition_count = counts.get(case._origin, 0)

    def _compute_has_undecided(self):
        """Whether something is held of which nobody asked what is to become."""
        held = self.env["mfg.variance.hold"].search(
            [("exception_id", "in", self.ids), ("state", "=", "active")]
        )
        waiting = held.filtered("has_undecided")
        for case in self:
            case.has_undecided = case._origin in waiting.exception_id

    def _get_gate_needs(self, to):
        """Dispositions have to be executed, and what was reworked inspected."""
        needs = super()._get_gate_needs(to)
        if to not in ("resolved", "closed"):
            return needs
        # sudo: what is open counts, whoever moves the case; he is told its number
        decided = self.sudo().disposition_ids
        open_ones = decided.filtered(lambda one: one.state in dispositions.OPEN)
        labels = dict(open_ones._fields["state"]._description_selection(self.env))
        needs += [
            self.env._(
                "%(disposition)s is not done yet: %(state)s.",
                disposition=one.display_name,
                state=labels[one.state].lower(),
            )
            for one in open_ones
        ]
        reworks = decided.production_ids.filtered(
            lambda order: order.state not in ("done", "cancel")
        )
        needs += [
            self.env._(
                "Rework order %(order)s is not finished and inspected yet.",
                order=order.name,
            )
            for order in reworks
        ]
        return needs

    def action_open_dispositions(self):
        """Open the dispositions of this case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_disposition_action"
        )
        return {**action, "domain": [("exception_id", "=", self.id)], "context": {}}

    def action_decide_dispositions(self):
        """Decide about what this case holds: at once if it is one hold, else choose."""
        self.ensure_one()
        holds = self.env["mfg.variance.hold"].search(
            [("exception_id", "=", self.id), ("state", "=", "active")]
        )
        if len(holds) == 1:
            return holds.action_decide()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_hold_action"
        )
        return {**action, "domain": [("id", "in", holds.ids)], "context": {}}
