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
    # computed as sudo: who has no rights in Inventory decides about receipts, too
    receipt_ids = fields.Many2many(
        "stock.picking", compute="_compute_receipt_ids", compute_sudo=True
    )
    receipt_id = fields.Many2one(
        "stock.picking",
        string="Came With",
        compute="_compute_receipt_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Vendor",
        compute="_compute_partner_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
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
            permit = {"kind": dispositions.USE_AS_IS}
            wizard.needs_concession = (
                wizard.is_stock
                and wizard._get_hold_draft(**permit)._needs_customer_reference()
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

    @api.depends("kind", "hold_id")
    def _compute_receipt_ids(self):
        for wizard in self:
            wizard.hold_id.with_env(self.env(su=False)).check_access("read")
            is_return = wizard.kind == dispositions.RETURN and wizard.is_stock
            wizard.receipt_ids = is_return and wizard._get_hold_draft()._get_receipts()

    @api.depends("receipt_ids")
    def _compute_receipt_id(self):
        for wizard in self:
            one = wizard.receipt_ids._origin
            wizard.receipt_id = one if len(one) == 1 else False

    @api.depends("receipt_id")
    def _compute_partner_id(self):
        for wizard in self:
            # sudo: the vendors of what is held, for whoever decides about it
            one = wizard.sudo()
            receipts = one.receipt_id or one.receipt_ids
            vendors = receipts.partner_id or one.product_id.seller_ids.partner_id
            vendors = vendors._origin
            wizard.partner_id = vendors if len(vendors) == 1 else False

    @api.depends(
        "kind",
        "quantity",
        "good_quantity",
        "limit_quantity",
        "limit_at",
        "target_product_id",
        "target_lot",
        "receipt_id",
        "partner_id",
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
        return self._get_hold_draft(**self._prepare_vals())

    def _get_hold_draft(self, **asked):
        """A disposition of the hold, as far as it is known what is asked."""
        self.ensure_one()
        Disposition = self.env["mfg.variance.disposition"]
        return Disposition.new(
            {**Disposition._prepare_hold_vals(self.hold_id), **asked}
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
            vals["receipt_id"] = self.receipt_id.id
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
