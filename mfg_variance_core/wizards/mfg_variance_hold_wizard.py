from odoo import api, fields, models
from odoo.exceptions import UserError

from ..domain import holds
from ..models.hold.mfg_variance_hold import STRENGTHS

# what a quantity in a location is of
QUANTITY = ("product_id", "lot_id", "location_id")
# what tells what is to be held, before anybody chooses
GIVEN = ("exception", "lot", "production", "workorder", "workcenter", "picking")


class MfgVarianceHoldWizard(models.TransientModel):
    """Place a hold: what, why, and how strongly; one large button per thing.

    Opened on a record or lines of stock, it holds those; opened by itself it asks what,
    among what the person can see. Who may hold what is checked where the hold is
    placed, not here.
    """

    _name = "mfg.variance.hold.wizard"
    _description = "Place a Hold"

    is_free = fields.Boolean(default=lambda self: self._is_free())
    kind = fields.Selection(
        "_get_kinds", string="What", default=lambda self: self._get_default_kind()
    )
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
    quant_ids = fields.Many2many(
        "stock.quant", string="Stock", default=lambda self: self._get_default_quants()
    )
    product_id = fields.Many2one("product.product")
    tracking = fields.Selection(related="product_id.tracking")
    location_id = fields.Many2one("stock.location")
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
    def _get_default_quants(self):
        """The lines of stock this was opened on."""
        context = self.env.context
        if context.get("active_model") != "stock.quant":
            return False
        return context.get("active_ids") or [context["active_id"]]

    @api.model
    def _is_free(self):
        """Whether this was opened on nothing: the person chooses what to hold."""
        given = {f"default_{name}_id" for name in GIVEN}
        return given.isdisjoint(self.env.context) and not self._get_default_quants()

    @api.model
    def _get_kinds(self):
        """What can be chosen by somebody who sees such records."""
        labels = {
            holds.LOT: self.env._("Lot or serial number"),
            holds.QUANTITY: self.env._("A quantity in a location"),
            holds.PRODUCTION: self.env._("Manufacturing order"),
            holds.WORKORDER: self.env._("Work order"),
            holds.WORKCENTER: self.env._("Work center"),
            holds.PICKING: self.env._("Receipt or other transfer"),
        }
        seen = {holds.LOT: "stock.lot", holds.QUANTITY: "stock.quant"}
        return [
            (kind, label)
            for kind, label in labels.items()
            if self.env[seen.get(kind) or self._fields[f"{kind}_id"].comodel_name]
            .sudo(False)
            .has_access("read")
        ]

    @api.model
    def _get_default_kind(self):
        kinds = [kind for kind, _label in self._get_kinds()]
        if not kinds or not self._is_free():
            return False
        product = self.env.context.get("default_product_id")
        product = self.env["product.product"].browse(product)
        # everybody who works in Odoo sees what is where
        return holds.QUANTITY if product.tracking == "none" else kinds[0]

    @api.depends("exception_id")
    def _compute_reason(self):
        for wizard in self:
            wizard.reason = wizard.reason or wizard.exception_id.title

    @api.depends("exception_id", "kind", "production_id", "quant_ids", *QUANTITY)
    def _compute_targets(self):
        for wizard in self:
            case = wizard.exception_id
            wizard.has_component_lot = bool(
                case and "component_lot" in case._get_hold_targets()
            )
            wizard.is_single = not case
            wizard.part_of = not case and wizard._get_part_of()

    def _get_part_of(self):
        """How much there is of what may be held in part."""
        # sudo: how much there is, for whoever may hold it; his place is checked
        order, quants = self.sudo().production_id, self.sudo().quant_ids
        if order and self.kind in (False, holds.PRODUCTION) and self._is_own(order):
            return f"{order.product_qty:g} {order.product_uom_id.name}"
        if self.kind == holds.QUANTITY and self.product_id and self.location_id:
            there = self.env["stock.quant"].search(
                [
                    ("product_id", "=", self.product_id.id),
                    ("location_id", "child_of", self.location_id.id),
                    ("location_id.variance_is_quarantine", "=", False),
                    ("lot_id", "=", self.lot_id.id),
                ]
            )
            total = sum(there.mapped("quantity"))
            return f"{total:g} {self.product_id.uom_id.name}"
        if len(quants) == 1 and self._is_own(quants):
            return f"{quants.quantity:g} {quants.product_uom_id.name}"
        return False

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

    @api.model_create_multi
    def create(self, vals_list):
        """What a caller names is held; only a form chooses among kinds first."""
        given = {f"{name}_id" for name in GIVEN}
        named = {"is_free": False, "kind": False}
        return super().create(
            [
                vals if "kind" in vals or given.isdisjoint(vals) else {**named, **vals}
                for vals in vals_list
            ]
        )

    # ---------------------------------------------------------------- buttons

    def action_apply(self):
        """Hold what this was opened on, or what was chosen."""
        if self.quant_ids:
            return self._hold([self._prepare_stock(one) for one in self.quant_ids])
        if self.is_free:
            return self._hold_chosen()
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

    def _hold_chosen(self):
        """Hold the one thing that was chosen; what was tried before does not count."""
        if self.kind != holds.QUANTITY:
            return self._hold_kind(self.kind)
        if not self.product_id or not self.location_id:
            raise UserError(self.env._("Choose the product and where it is."))
        self._check_quantity(self.quantity > 0)
        return self._hold(
            [
                self._prepare_quantity(
                    self.product_id, self.lot_id, self.location_id, self.quantity
                )
            ]
        )

    def _hold_kind(self, kind):
        self.ensure_one()
        target = kind and self[f"{kind}_id"]
        if not target:
            raise UserError(self.env._("Choose what is to be held."))
        vals = {**self._prepare_common(), "kind": kind, f"{kind}_id": target.id}
        if kind == holds.PRODUCTION:
            self._check_quantity(self.quantity >= 0)
            vals["quantity"] = self.quantity
        return self._hold([vals])

    def _check_quantity(self, is_right):
        if not is_right:
            raise UserError(
                self.env._(
                    "Only a quantity above zero can be held. Enter how much it is, or "
                    "leave the quantity of an order or a line of stock empty to hold "
                    "all of it."
                )
            )

    def _prepare_common(self):
        return {
            "reason": self.reason,
            "strength": self.strength,
            "exception_id": self.exception_id.id,
        }

    def _prepare_stock(self, quant):
        """The hold on a line of stock, or on so much of the only one."""
        quant.check_access("read")
        quantity = self.quantity if len(self.quant_ids) == 1 else 0
        # all of a lot is held by the lot, wherever more of it turns up; it may be held
        # while nothing of it is here
        self._check_quantity(
            quantity >= 0 and (quantity or quant.lot_id or quant.quantity > 0)
        )
        if quant.lot_id and not quantity:
            return {
                **self._prepare_common(),
                "kind": holds.LOT,
                "lot_id": quant.lot_id.id,
            }
        return self._prepare_quantity(
            quant.product_id,
            quant.lot_id,
            quant.location_id,
            quantity or quant.quantity,
        )

    def _prepare_quantity(self, product, lot, location, quantity):
        return {
            **self._prepare_common(),
            "kind": holds.QUANTITY,
            "product_id": product.id,
            "lot_id": lot.id,
            "location_id": location.id,
            "quantity": quantity,
        }

    def _hold(self, vals_list):
        self.ensure_one()
        if self.exception_id:
            self.exception_id.check_access("read")
        self.env["mfg.variance.hold"]._place_by_hand(vals_list)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
