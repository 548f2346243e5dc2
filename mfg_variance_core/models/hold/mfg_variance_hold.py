from odoo import fields, models

KINDS = [
    ("lot", "Lot"),
    ("quantity", "Quantity in quarantine"),
    ("production", "Manufacturing order"),
    ("workorder", "Work order"),
    ("workcenter", "Work center"),
    ("picking", "Transfer"),
]
STRENGTHS = [("no_use", "Do not use"), ("no_ship", "Use, do not ship")]
# the field that names what is held
TARGETS = {
    "lot": "lot_id",
    "quantity": "product_id",
    "production": "production_id",
    "workorder": "workorder_id",
    "workcenter": "workcenter_id",
    "picking": "picking_id",
}


class MfgVarianceHold(models.Model):
    """What may not be used, moved on or shipped until somebody decides.

    A hold is placed by a rule or a person and lifted by a decision of somebody else;
    nothing else changes it. What it stops, and what never, says :mod:`..domain.holds`;
    where it is enforced, the models of stock and work beside this file (D12, D13).
    """

    _name = "mfg.variance.hold"
    _description = "Hold"
    _inherit = ["mail.thread", "mfg.variance.about"]
    _order = "id desc"
    _mail_post_access = "read"
    # what may follow by a decision is not among them; see mfg_variance_ledger.py
    _append_only_columns = (
        "name",
        "company_id",
        "plant_id",
        "lot_id",
        "production_id",
        "workorder_id",
        "workcenter_id",
        "picking_id",
        "exception_id",
        "parent_id",
        "reason",
        "placed_by_id",
        "placed_at",
    )

    # --- identity
    name = fields.Char(string="Reference", required=True, readonly=True)
    kind = fields.Selection(KINDS, string="What", required=True, readonly=True)
    strength = fields.Selection(
        STRENGTHS, required=True, default="no_use", readonly=True
    )
    state = fields.Selection(
        [("active", "On Hold"), ("lifted", "Lifted")],
        string="Status",
        required=True,
        default="active",
        readonly=True,
    )
    parent_id = fields.Many2one(
        "mfg.variance.hold",
        string="Follows From",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
        help="The hold on the work this came out of.",
    )
    child_ids = fields.One2many("mfg.variance.hold", "parent_id", string="Led To")
    reason = fields.Char(required=True, readonly=True)
    # --- where
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", readonly=True, ondelete="restrict"
    )
    location_id = fields.Many2one(
        "stock.location",
        string="Held In",
        readonly=True,
        ondelete="restrict",
        help="Where a held quantity is put aside.",
    )
    source_location_id = fields.Many2one(
        "stock.location", string="Came From", readonly=True, ondelete="restrict"
    )
    picking_id = fields.Many2one(
        "stock.picking", string="Transfer", readonly=True, ondelete="restrict"
    )
    # --- how much
    is_output = fields.Boolean(
        readonly=True, help="It came out of held work, or in with a held receipt."
    )
    quantity = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="In the unit of the product; of what is held by number.",
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    # --- who and when
    placed_by_id = fields.Many2one(
        "res.users", string="Placed By", readonly=True, help="Empty: a rule placed it."
    )
    placed_at = fields.Datetime(string="On Hold Since", required=True, readonly=True)
    confirmed_by_id = fields.Many2one("res.users", readonly=True)
    confirmed_at = fields.Datetime(string="Confirmed", readonly=True)
    confirmed_location_id = fields.Many2one(
        "stock.location", string="Found In", readonly=True, ondelete="restrict"
    )
    counted_quantity = fields.Float(digits="Product Unit", readonly=True)
    missing_quantity = fields.Float(
        string="Missing", digits="Product Unit", readonly=True
    )
    weakened_at = fields.Datetime(readonly=True)
    producers = fields.Json(
        help="Who had worked on it when it was held, whatever is logged later."
    )
    lifted_by_id = fields.Many2one("res.users", readonly=True)
    lifted_at = fields.Datetime(string="Lifted", readonly=True)
    lifted_for = fields.Char(
        string="Decision", readonly=True, help="The approval or disposition behind it."
    )

    _active_lot = models.Index("(lot_id, kind) WHERE state = 'active'")
    _active_location = models.Index(
        "(location_id, product_id) WHERE state = 'active' AND kind = 'quantity'"
    )
    _active_production = models.Index(
        "(production_id) WHERE state = 'active' AND kind = 'production'"
    )
    _active_workorder = models.Index(
        "(workorder_id) WHERE state = 'active' AND kind = 'workorder'"
    )
    _active_workcenter = models.Index(
        "(workcenter_id) WHERE state = 'active' AND kind = 'workcenter'"
    )
    _active_picking = models.Index(
        "(picking_id) WHERE state = 'active' AND kind = 'picking'"
    )
    _list_idx = models.Index("(company_id, plant_id, placed_at) WHERE state = 'active'")
    _quantity_positive = models.Constraint(
        "CHECK (kind <> 'quantity' OR quantity > 0)",
        "Hold a quantity of more than zero.",
    )

    def _get_target(self):
        """The record that is held."""
        self.ensure_one()
        return self[TARGETS[self.kind]]

    def _get_parties(self):
        """Who has a part in what is held, for the segregation of duties."""
        parties = {"holder": set(self.placed_by_id.ids)}
        # sudo: who worked on it is asked to bar him, and shown to nobody
        work = self.sudo()
        orders = (
            work.production_id
            | work.workorder_id.production_id
            | work.lot_id._get_variance_makers()
        )
        parties["producer"] = (
            set(orders.workorder_ids.time_ids.user_id.ids)
            | set(orders.user_id.ids)
            | set(work.producers or ())
        )
        return parties

    def _keep_producers(self):
        """Remember who has worked on it: time logs can be edited."""
        for hold in self:
            producers = sorted(hold._get_parties()["producer"])
            if producers:
                hold._as_system().write({"producers": producers})

    def _tell_ledger(self, kind, **data):
        """One row per hold about what became of it."""
        if "mfg.variance.ledger" not in self.env:
            return
        self.env["mfg.variance.ledger"]._append_many(
            [(kind, hold, {**hold._prepare_ledger_data(), **data}) for hold in self]
        )

    def _prepare_ledger_data(self):
        self.ensure_one()
        return {
            "kind": self.kind,
            "strength": self.strength,
            # sudo: its name, for whoever has no role in Inventory
            "target": self._get_target().sudo().display_name,
            # none is held by number of a lot, an order or a place that is held whole
            "quantity": self.quantity or None,
            "reason": self.reason,
            "case": self.exception_id.name or "",
        }

    def _log(self, body):
        for hold in self.sudo():  # sudo: the log of what the caller checked
            hold.message_post(author_id=self.env.user.partner_id.id, body=body)
