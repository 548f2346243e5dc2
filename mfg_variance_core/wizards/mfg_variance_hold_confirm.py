from odoo import api, fields, models
from odoo.exceptions import UserError

from ..domain import holds


class MfgVarianceHoldConfirm(models.TransientModel):
    """A person stands in front of it: where it is, and how much there is."""

    _name = "mfg.variance.hold.confirm"
    _description = "Confirm Place and Count"
    _inherit = ["mfg.variance.dialog"]
    _subject = "hold_id"

    hold_id = fields.Many2one("mfg.variance.hold", required=True, ondelete="cascade")
    target_name = fields.Char(compute="_compute_target", compute_sudo=False)
    location_id = fields.Many2one(
        "stock.location",
        string="Found In",
        domain="[('usage', 'in', ('internal', 'transit'))]",
        compute="_compute_found",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    has_count = fields.Boolean(compute="_compute_has_count")
    # not filled in: what is booked is no count
    quantity = fields.Float(string="Counted", digits="Product Unit")
    is_nothing_there = fields.Boolean(string="Nothing Is There")
    is_stock = fields.Boolean(compute="_compute_has_count")
    uom_id = fields.Many2one("uom.uom", compute="_compute_target", compute_sudo=False)

    @api.depends("hold_id")
    def _compute_found(self):
        for wizard in self:
            hold = wizard.hold_id
            hold.check_access("read")
            # sudo: where the system believes it is
            places = hold.sudo().lot_id.quant_ids.filtered(
                lambda quant: (
                    quant.quantity > 0 and quant.location_id.usage == "internal"
                )
            )
            wizard.location_id = hold.location_id or places.location_id[:1]

    @api.depends("hold_id")
    def _compute_target(self):
        for wizard in self:
            hold = wizard.hold_id
            # what is computed of a hold tells everybody who may ask for it
            hold.check_access("read")
            wizard.target_name = hold.target_name
            wizard.uom_id = hold.uom_id

    @api.depends("hold_id")
    def _compute_has_count(self):
        for wizard in self:
            wizard.has_count = wizard.hold_id.kind != "workcenter"
            wizard.is_stock = wizard.hold_id.kind in holds.OF_STOCK

    def action_apply(self):
        self.ensure_one()
        if self.is_stock and not self.quantity and not self.is_nothing_there:
            raise UserError(
                self.env._(
                    "Enter what you counted; if nothing is there any more, say so."
                )
            )
        self.hold_id._confirm(self.location_id, self.quantity)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
