from odoo import api, fields, models

from ...domain import dispositions

KINDS = [
    (dispositions.RELEASE, "Release"),
    (dispositions.SORT, "Sort 100 %"),
    (dispositions.USE_AS_IS, "Use as is"),
    (dispositions.REWORK, "Rework"),
    (dispositions.REPAIR, "Repair"),
    (dispositions.REGRADE, "Regrade"),
    (dispositions.SCRAP, "Scrap"),
    (dispositions.RETURN, "Return to vendor"),
]
STATES = [
    (dispositions.DRAFT, "Draft"),
    (dispositions.WAITING, "Waiting for Approval"),
    (dispositions.APPROVED, "Approved"),
    (dispositions.DONE, "Done"),
    (dispositions.FAILED, "Failed"),
    (dispositions.REJECTED, "Rejected"),
    (dispositions.WITHDRAWN, "Withdrawn"),
]


class MfgVarianceDisposition(models.Model):
    """What becomes of a quantity of held stock: asked for, granted, then executed.

    Nothing moves before it is granted, and the system moves what was granted, once.
    Every field is written by the system only, and what was asked for never again: the
    database refuses that, too. People press buttons.
    """

    _name = "mfg.variance.disposition"
    _description = "Disposition"
    _inherit = ["mfg.variance.guarded"]
    _order = "id desc"
    _append_only_columns = (
        "name",
        "kind",
        "reason",
        "hold_id",
        "company_id",
        "plant_id",
        "product_id",
        "lot_id",
        "quantity",
        "good_quantity",
        "customer_reference",
        "limit_quantity",
        "limit_at",
        "target_product_id",
        "target_lot",
        "partner_id",
        "receipt_id",
        "scrap_id",
        "amount",
        "amount_missing_reason",
        "digest",
        "requested_by_id",
        "requested_at",
    )

    # --- identity
    name = fields.Char(string="Reference", required=True)
    kind = fields.Selection(KINDS, string="Decision", required=True, index=True)
    state = fields.Selection(
        STATES, string="Status", required=True, default=dispositions.DRAFT, index=True
    )
    reason = fields.Text(string="Why", required=True)
    # --- what it is about
    hold_id = fields.Many2one(
        "mfg.variance.hold", required=True, index=True, ondelete="restrict"
    )
    exception_id = fields.Many2one(
        "mfg.variance.exception",
        string="Case",
        index="btree_not_null",
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True)
    plant_id = fields.Many2one("mfg.variance.plant", index=True, ondelete="restrict")
    product_id = fields.Many2one("product.product", index="btree_not_null")
    lot_id = fields.Many2one("stock.lot", string="Lot", index="btree_not_null")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    # --- what is asked for
    quantity = fields.Float(digits="Product Unit")
    good_quantity = fields.Float(string="Good", digits="Product Unit")
    bad_quantity = fields.Float(
        string="Bad", digits="Product Unit", compute="_compute_bad_quantity"
    )
    customer_reference = fields.Char(
        help="The customer's concession or deviation permit this relies on."
    )
    limit_quantity = fields.Float(
        string="Not More Than",
        digits="Product Unit",
        help="What the permit covers; 0 means it is limited by its date only.",
    )
    limit_at = fields.Datetime(
        string="Valid Until", help="After this moment the rest is blocked again."
    )
    target_product_id = fields.Many2one("product.product", string="Becomes")
    target_lot = fields.Char(string="New Lot")
    partner_id = fields.Many2one("res.partner", string="Vendor")
    receipt_id = fields.Many2one(
        "stock.picking",
        string="Receipt",
        index="btree_not_null",
        help="The receipt it came with; it goes back as the return of that.",
    )
    scrap_id = fields.Many2one(
        "stock.scrap",
        string="Recorded Scrap",
        index="btree_not_null",
        help="The scrap whose final move waits for this approval.",
    )
    # --- measures
    currency_id = fields.Many2one("res.currency")
    amount = fields.Monetary(string="Value", help="What the quantity had cost.")
    amount_missing_reason = fields.Char()
    cost_amount = fields.Monetary(string="Lost", help="Booked on the case.")
    piece_cost = fields.Float(
        help="What a piece had cost that is worked on again; it comes back with it."
    )
    # --- how it went
    digest = fields.Char(help="Fingerprint of what was asked for.")
    approval_id = fields.Many2one("mfg.variance.approval", ondelete="restrict")
    requested_by_id = fields.Many2one("res.users", string="Asked for by")
    requested_at = fields.Datetime(string="Asked for at")
    decided_at = fields.Datetime()
    executed_at = fields.Datetime(string="Executed at", index="btree_not_null")
    failure = fields.Text(string="What Went Wrong")
    attempts = fields.Integer(default=0)
    # --- the permit of use as is
    used_quantity = fields.Float(string="Used", digits="Product Unit")
    free_quantity = fields.Float(
        digits="Product Unit",
        help="Pieces of the lot that are free besides; nobody can tell them apart, so "
        "they count first.",
    )
    permit_state = fields.Selection(
        [
            (dispositions.VALID, "Valid"),
            (dispositions.EXPIRED, "Expired"),
            (dispositions.USED_UP, "Used Up"),
        ],
        string="Permit",
        index="btree_not_null",
    )
    # --- documents it made
    move_ids = fields.Many2many(
        "stock.move", "mfg_variance_disposition_move_rel", string="Stock Moves"
    )
    scrap_ids = fields.Many2many(
        "stock.scrap", "mfg_variance_disposition_scrap_rel", string="Scrap Orders"
    )
    picking_ids = fields.Many2many(
        "stock.picking", "mfg_variance_disposition_picking_rel", string="Transfers"
    )
    production_ids = fields.Many2many(
        "mrp.production",
        "mfg_variance_disposition_production_rel",
        string="Rework Orders",
    )
    repair_ids = fields.Json(help="Ids of the repair orders, where there are such.")
    new_hold_ids = fields.Many2many(
        "mfg.variance.hold",
        "mfg_variance_disposition_hold_rel",
        string="Holds That Follow",
    )

    _claims = models.Index("(hold_id) WHERE state IN ('waiting', 'approved', 'failed')")
    _permits = models.Index("(lot_id) WHERE permit_state IS NOT NULL")
    _quantity_not_negative = models.Constraint(
        "CHECK (quantity >= 0 AND good_quantity >= 0 AND good_quantity <= quantity)",
        "A disposition is about a quantity, and what is good is a part of it.",
    )

    @api.depends("quantity", "good_quantity", "kind")
    def _compute_bad_quantity(self):
        for one in self:
            is_sorted = one.kind == dispositions.SORT
            one.bad_quantity = one.quantity - one.good_quantity if is_sorted else 0.0

    @api.depends("name", "kind")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for one in self:
            one.display_name = " ".join(filter(None, (one.name, labels.get(one.kind))))

    # ------------------------------------------------------------- what it asks

    def _get_demand(self):
        """What is asked for, as :class:`...domain.dispositions.Demand`."""
        self.ensure_one()
        scrap = self.scrap_id.sudo()  # sudo: what the digest is about
        subject = scrap and scrap._get_variance_subject()
        if self.receipt_id:
            subject = f"{self.receipt_id._name}:{self.receipt_id.id}"
        return dispositions.Demand(
            hold=self.hold_id.id,
            kind=self.kind or "",
            product=self.product_id.id or None,
            lot=self.lot_id.id or None,
            quantity=self.quantity,
            good_quantity=self.good_quantity,
            limit_quantity=self.limit_quantity,
            limit_at=self.limit_at and fields.Datetime.to_string(self.limit_at) or None,
            customer_reference=self.customer_reference or None,
            target_product=self.target_product_id.id or None,
            target_lot=self.target_lot or None,
            partner=self.partner_id.id or None,
            subject=subject or None,
        )

    def _get_parties(self):
        """Who has a part in it: those of the hold, and who asked."""
        self.ensure_one()
        parties = dict(self.hold_id._get_parties())
        requester = set(parties.get("requester", ())) | set(self.requested_by_id.ids)
        return {**parties, "requester": requester}
