from odoo import api, fields, models
from odoo.exceptions import UserError

from ..domain import dispositions
from ..models.disposition.mfg_variance_disposition import KINDS


class MfgVarianceDispose(models.TransientModel):
    """Decide what becomes of held stock: what, how much, why; the rest is folded.

    What may be asked for by whom is checked where it is asked, not here.
    """

    _name = "mfg.variance.dispose"
    _description = "Decide About a Hold"
    _inherit = ["mfg.variance.dialog"]
    _subject = "hold_id"

    hold_id = fields.Many2one("mfg.variance.hold", required=True)
    is_stock = fields.Boolean(compute="_compute_hold", compute_sudo=False)
    is_tracked = fields.Boolean(compute="_compute_hold", compute_sudo=False)
    held_text = fields.Char(
        string="On Hold", compute="_compute_hold", compute_sudo=False
    )
    undecided_quantity = fields.Float(
        related="hold_id.undecided_quantity", related_sudo=False
    )
    product_id = fields.Many2one(
        "product.product", compute="_compute_hold", compute_sudo=False
    )
    kind = fields.Selection(KINDS, string="What Is Done")
    quantity = fields.Float(
        digits="Product Unit",
        compute="_compute_quantity",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    good_quantity = fields.Float(string="Of Them Good", digits="Product Unit")
    reason = fields.Char(string="Why")
    customer_reference = fields.Char(string="Customer's Permit")
    needs_concession = fields.Boolean(compute="_compute_hold", compute_sudo=False)
    limit_quantity = fields.Float(
        string="Not More Than",
        digits="Product Unit",
        compute="_compute_limit_quantity",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    limit_at = fields.Datetime(string="Valid Until")
    target_product_id = fields.Many2one("product.product", string="Becomes")
    target_lot = fields.Char(string="New Lot")
    partner_id = fields.Many2one("res.partner", string="Vendor")
    plan_text = fields.Char(compute="_compute_plan", compute_sudo=False)
    value_text = fields.Char(
        string="Worth", compute="_compute_plan", compute_sudo=False
    )
    approver_text = fields.Char(
        string="Who Decides", compute="_compute_plan", compute_sudo=False
    )

    @api.depends("hold_id")
    def _compute_hold(self):
        for wizard in self:
            hold = wizard.hold_id
            hold.check_access("read")
            product = self.env["product.product"]
            if hold:
                product = hold._get_decided_product()
            wizard.product_id = product
            wizard.is_stock = bool(product)
            wizard.is_tracked = bool(hold.lot_id)
            wizard.held_text = hold and hold._get_held_text()
            # sudo: settings of product and plant
            wizard.needs_concession = bool(
                product
                and (
                    product.sudo().variance_needs_concession
                    or hold.sudo().plant_id.needs_concession
                )
            )

    @api.depends("hold_id")
    def _compute_quantity(self):
        for wizard in self:
            wizard.quantity = wizard.hold_id.undecided_quantity

    @api.depends("kind", "quantity")
    def _compute_limit_quantity(self):
        for wizard in self:
            is_permit = wizard.kind == dispositions.USE_AS_IS and wizard.is_tracked
            wizard.limit_quantity = wizard.quantity if is_permit else 0.0

    @api.depends(
        "kind",
        "quantity",
        "good_quantity",
        "limit_quantity",
        "limit_at",
        "target_product_id",
        "target_lot",
    )
    def _compute_plan(self):
        for wizard in self:
            if not wizard.kind or not wizard.hold_id:
                wizard.plan_text = wizard.value_text = wizard.approver_text = False
                continue
            wizard.hold_id.check_access("read")
            draft = wizard._get_draft()
            wizard.plan_text = draft._get_plan_text()
            wizard.value_text = draft._get_draft_value_text()
            wizard.approver_text = draft._get_able_text()

    def _get_draft(self):
        """What would be asked for, not stored."""
        self.ensure_one()
        Disposition = self.env["mfg.variance.disposition"]
        return Disposition.new(
            {**Disposition._prepare_hold_vals(self.hold_id), **self._prepare_vals()}
        )

    def _prepare_vals(self):
        """The values of the kind that was chosen, and of no other."""
        self.ensure_one()
        vals = {"kind": self.kind, "reason": (self.reason or "").strip()}
        if not self.is_stock:
            return {**vals, "quantity": 0.0}
        vals["quantity"] = self.quantity
        if self.kind == dispositions.SORT:
            vals["good_quantity"] = self.good_quantity
        elif self.kind == dispositions.USE_AS_IS:
            vals |= {
                "customer_reference": self.customer_reference,
                "limit_quantity": self.limit_quantity,
                "limit_at": self.limit_at,
            }
        elif self.kind == dispositions.REGRADE:
            vals |= {
                "target_product_id": self.target_product_id.id,
                "target_lot": self.target_lot,
            }
        elif self.kind == dispositions.RETURN:
            vals["partner_id"] = self.partner_id.id
        return vals

    def action_apply(self):
        """Ask for it, and show what was asked for."""
        self.ensure_one()
        if not self.kind:
            raise UserError(self.env._("Choose what is to be done."))
        disposition = self.env["mfg.variance.disposition"]._request(
            self.hold_id, **self._prepare_vals()
        )
        return disposition._get_records_action()
