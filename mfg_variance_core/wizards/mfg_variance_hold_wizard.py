from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.hold.mfg_variance_hold import STRENGTHS


class MfgVarianceHoldWizard(models.TransientModel):
    """Place a hold: what, why, and how strongly; one large button per thing.

    Who may hold what is checked where the hold is placed, not here.
    """

    _name = "mfg.variance.hold.wizard"
    _description = "Place a Hold"

    exception_id = fields.Many2one("mfg.variance.exception", string="Case")
    reason = fields.Char(
        compute="_compute_reason",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    strength = fields.Selection(STRENGTHS, required=True, default="no_use")
    lot_id = fields.Many2one(
        "stock.lot",
        string="Lot/Serial Number",
        default=lambda self: self._get_default_target("lot"),
    )
    production_id = fields.Many2one(
        "mrp.production",
        string="Manufacturing Order",
        default=lambda self: self._get_default_target("production"),
    )
    workorder_id = fields.Many2one(
        "mrp.workorder",
        string="Work Order",
        default=lambda self: self._get_default_target("workorder"),
    )
    workcenter_id = fields.Many2one(
        "mrp.workcenter",
        string="Work Center",
        default=lambda self: self._get_default_target("workcenter"),
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Transfer",
        default=lambda self: self._get_default_target("picking"),
    )
    quant_id = fields.Many2one(
        "stock.quant", string="Stock", default=lambda self: self._get_default_quant()
    )
    has_component_lot = fields.Boolean(compute="_compute_targets")
    is_single = fields.Boolean(compute="_compute_targets")
    quantity = fields.Float(
        digits="Product Unit",
        help="Of an order: that much is split off and held. Of stock: that much is put "
        "into quarantine. Empty means all of it.",
    )
    part_of = fields.Char(compute="_compute_targets")

    @api.model
    def _get_default_target(self, name):
        """What the case in the context names of a kind; the person has to see it."""
        case_id = self.env.context.get("default_exception_id")
        if not isinstance(case_id, int):
            return False
        case = self.env["mfg.variance.exception"].browse(case_id)
        case.check_access("read")
        return case._get_hold_targets().get(name, self.env.user.browse())[:1].id

    @api.model
    def _get_default_quant(self):
        """The line of stock this was opened on."""
        context = self.env.context
        is_stock = context.get("active_model") == "stock.quant"
        return is_stock and context.get("active_id")

    @api.depends("exception_id")
    def _compute_reason(self):
        for wizard in self:
            wizard.reason = wizard.reason or wizard.exception_id.title

    @api.depends("exception_id", "production_id", "quant_id")
    def _compute_targets(self):
        for wizard in self:
            case = wizard.exception_id
            wizard.has_component_lot = bool(
                case and "component_lot" in case._get_hold_targets()
            )
            wizard.is_single = not case
            # sudo: how much there is, for whoever may hold it; his place is checked
            order, quant = wizard.sudo().production_id, wizard.sudo().quant_id
            if order and not case and wizard._is_own(order):
                wizard.part_of = f"{order.product_qty:g} {order.product_uom_id.name}"
            elif quant and wizard._is_own(quant):
                wizard.part_of = f"{quant.quantity:g} {quant.product_uom_id.name}"
            else:
                wizard.part_of = False

    def _is_own(self, target):
        """Whether what is about to be held is in the person's companies and plants.

        An operator may have no role in stock or MRP: his places decide, as for
        placing the hold.
        """
        user = self.env.user
        if target.company_id and target.company_id not in user.company_ids:
            return False
        own = user.sudo().variance_plant_ids  # sudo: his own places
        if not own:
            return True
        is_order = target._name == "mrp.production"
        warehouse = (
            target.picking_type_id if is_order else target.location_id
        ).warehouse_id
        return bool(warehouse & own.warehouse_id)

    # ---------------------------------------------------------------- buttons

    def action_apply(self):
        """Hold the one thing this was opened on."""
        if self.quant_id:
            return self._hold([self._prepare_quantity()])
        for kind in ("lot", "workorder", "production", "workcenter", "picking"):
            if self[f"{kind}_id"]:
                return self._hold_kind(kind)
        raise UserError(self.env._("Choose what is to be held."))

    def action_hold_lot(self):
        return self._hold_kind("lot")

    def action_hold_component_lots(self):
        self.ensure_one()
        return self._hold(
            self.exception_id._prepare_holds(
                "component_lot", self.strength, self.reason
            )
        )

    def action_hold_workorder(self):
        return self._hold_kind("workorder")

    def action_hold_production(self):
        return self._hold_kind("production")

    def action_hold_workcenter(self):
        return self._hold_kind("workcenter")

    def action_hold_picking(self):
        return self._hold_kind("picking")

    def _hold_kind(self, kind):
        self.ensure_one()
        self._check_quantity()
        vals = self._prepare_common()
        if kind == "production":
            vals["quantity"] = self.quantity
        return self._hold([{**vals, "kind": kind, f"{kind}_id": self[f"{kind}_id"].id}])

    def _check_quantity(self):
        # an empty field is zero: all of it
        # all of a lot may be held while nothing of it is here
        quant = self.quant_id
        is_all = not self.quantity and quant and not quant.lot_id
        if self.quantity < 0 or (is_all and quant.quantity <= 0):
            raise UserError(
                self.env._(
                    "Only a quantity above zero can be held. Enter how much it is, or "
                    "leave the quantity empty to hold all of it."
                )
            )

    def _prepare_common(self):
        return {
            "reason": self.reason,
            "strength": self.strength,
            "exception_id": self.exception_id.id,
        }

    def _prepare_quantity(self):
        quant = self.quant_id
        quant.check_access("read")
        self._check_quantity()
        # all of a lot is held by the lot, wherever more of it turns up
        if quant.lot_id and not self.quantity:
            return {**self._prepare_common(), "kind": "lot", "lot_id": quant.lot_id.id}
        return {
            **self._prepare_common(),
            "kind": "quantity",
            "product_id": quant.product_id.id,
            "lot_id": quant.lot_id.id,
            "location_id": quant.location_id.id,
            "quantity": self.quantity or quant.quantity,
        }

    def _hold(self, vals_list):
        self.ensure_one()
        if self.exception_id:
            self.exception_id.check_access("read")
        self.env["mfg.variance.hold"]._place_by_hand(vals_list)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
