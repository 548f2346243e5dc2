from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...domain import dispositions, holds


class MfgVarianceHold(models.Model):
    """What is left to decide of a hold, and what becomes of it as it is decided."""

    _name = "mfg.variance.hold"
    _inherit = "mfg.variance.hold"

    disposition_ids = fields.One2many(
        "mfg.variance.disposition", "hold_id", string="Dispositions"
    )
    disposition_count = fields.Integer(compute="_compute_disposition_count")
    undecided_quantity = fields.Float(
        string="Left to Decide",
        digits="Product Unit",
        compute="_compute_undecided_quantity",
    )
    has_undecided = fields.Boolean(compute="_compute_undecided_quantity")
    claim_number = fields.Integer(
        readonly=True,
        help="Counts up with each decision, so that no two are made on the same count.",
    )

    @api.depends("disposition_ids")
    def _compute_disposition_count(self):
        counts = dict(
            self.env["mfg.variance.disposition"]._read_group(
                [("hold_id", "in", self.ids)], ["hold_id"], ["__count"]
            )
        )
        for hold in self:
            hold.disposition_count = counts.get(hold._origin, 0)

    @api.depends("disposition_ids.state", "quantity", "state")
    def _compute_undecided_quantity(self):
        for hold in self:
            # sudo: claims of everybody count, also those the reader may not see
            claims = hold.sudo().disposition_ids.filtered(
                lambda one: one.state in dispositions.CLAIMING
            )
            held = hold._get_disposable_quantity() if hold.state == "active" else 0.0
            left = held - sum(claims.mapped("quantity"))
            hold.undecided_quantity = max(left, 0.0)
            # work and places have no quantity: one decision is about all of it
            is_left = left > 0 if hold._get_decided_product() else not claims
            hold.has_undecided = hold.state == "active" and is_left

    # ------------------------------------------------------------- what is held

    def _get_disposable_product(self):
        """The product whose stock a decision moves; none if the hold is on no stock."""
        self.ensure_one()
        if self.kind not in holds.OF_STOCK:
            return self.env["product.product"]
        return self.product_id or self.lot_id.product_id

    def _get_decided_product(self):
        """The product whose quantity is asked for; none where there is no quantity.

        Of a lot that is used up only the hold is left, and that can be released.
        """
        self.ensure_one()
        if self.kind == holds.LOT and not self._get_disposable_quants():
            return self.env["product.product"]
        return self._get_disposable_product()

    def _get_disposable_quants(self):
        """The stock under this hold, what lies in quarantine last."""
        self.ensure_one()
        # sudo: stock under a hold, for whoever decides about it
        quants = self.env["stock.quant"].sudo()
        if self.kind == holds.LOT:
            return self._get_lot_quants(self.lot_id)
        if self.kind == holds.QUANTITY:
            return quants.search(
                [
                    ("product_id", "=", self.product_id.id),
                    ("location_id", "=", self.location_id.id),
                    ("quantity", ">", 0),
                    ("lot_id", "=", self.lot_id.id),
                ],
                order="in_date, id",
            )
        return quants

    @api.model
    def _get_lot_quants(self, lot):
        """What is in our own locations of a lot."""
        quants = self.env["stock.quant"].sudo()  # sudo: as above
        quants = quants.search(
            [
                ("lot_id", "=", lot.id),
                ("location_id.usage", "=", "internal"),
                ("quantity", ">", 0),
            ],
            order="in_date, id",
        )
        return quants.sorted(lambda one: one.location_id.variance_is_quarantine)

    def _get_disposable_quantity(self):
        """How much may still be decided about, in the unit of the product."""
        self.ensure_one()
        there = sum(self._get_disposable_quants().mapped("quantity"))
        if self.kind == holds.QUANTITY:
            return min(self.quantity, there) if there else self.quantity
        return there

    def _get_home_location(self, quant):
        """Where released stock goes: back from quarantine, else it stays."""
        self.ensure_one()
        if not quant.location_id.variance_is_quarantine:
            return quant.location_id
        source = self.source_location_id
        if source.usage == "internal" and not source.variance_is_quarantine:
            return source
        warehouse = self.plant_id.warehouse_id or quant.location_id.warehouse_id
        return warehouse.lot_stock_id

    def _get_held_text(self):
        """What is held, where, and how much, in one line."""
        self.ensure_one()
        hold = self.sudo()  # sudo: names of what is held, for who reads of the hold
        product = hold._get_disposable_product()
        if not product:
            return hold.display_name
        places = hold._get_disposable_quants().location_id
        values = {
            "quantity": f"{hold._get_disposable_quantity():g}",
            "unit": product.uom_id.name,
            "product": product.display_name,
            "lot": f" ({hold.lot_id.name})" if hold.lot_id else "",
            "places": ", ".join(places.mapped("display_name")),
        }
        if not places:
            return self.env._("%(quantity)s %(unit)s of %(product)s%(lot)s", **values)
        return self.env._(
            "%(quantity)s %(unit)s of %(product)s%(lot)s in %(places)s", **values
        )

    # -------------------------------------------------------- what is decided

    def _claim(self):
        """Count up the row: of two decisions on one count the second is repeated.

        Reading under a lock is not enough: the snapshot of who waited is older than
        the row it waited for (D9).
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE mfg_variance_hold SET claim_number = "
                "COALESCE(claim_number, 0) + 1 WHERE id = %s",
                self.id,
            )
        )
        self.invalidate_recordset(["claim_number"])
        hold = self.sudo()  # sudo: its state and name
        if hold.state != "active":
            raise UserError(
                self.env._(
                    "%(hold)s is lifted: there is nothing to decide about any more.",
                    hold=hold.display_name,
                )
            )

    def _settle(self, disposition, before):
        """Take what was done off the hold; a hold with nothing left is lifted.

        ``before`` is what was held when the execution began.
        """
        self.ensure_one()
        self._check_grant(disposition, ())
        product = self._get_disposable_product()
        left = before - disposition._get_done_quantity()
        if not product or left < product.uom_id.rounding / 2.0:
            self._lift(disposition)
        elif self.kind == holds.QUANTITY:
            self._touch_own()
            self._as_system().write({"quantity": left})
            self._tell_ledger(
                "hold.reduced", decision=disposition.display_name, left=left
            )

    def _narrow(self, disposition, quantity):
        """Of a held lot only ``quantity`` stays held: it is put aside and held there.

        Good and bad pieces of one lot can only be told apart by where they lie. The
        hold stays the same one, so that decisions about the rest keep their ground.
        """
        self.ensure_one()
        self._check_grant(disposition, ())
        if self.kind != holds.LOT:
            return
        quarantine = disposition._get_quarantine()
        quants = self._get_disposable_quants()
        aside = quants.filtered(lambda quant: quant.location_id == quarantine)
        missing = quantity + self._get_held_beside(quarantine)
        missing -= sum(aside.mapped("quantity"))
        places = dispositions.take(
            [dispositions.Place(one, one.quantity) for one in (quants - aside)[::-1]],
            max(missing, 0.0),
        )
        for place in places or ():
            disposition._move_out(place, quarantine)
        source = places and places[0].key.location_id
        self._touch_own()
        self._as_system().write(
            {
                "kind": holds.QUANTITY,
                "quantity": quantity,
                "product_id": self.lot_id.product_id.id,
                "location_id": quarantine.id,
                "source_location_id": source and source.id,
            }
        )
        self.sudo()._refresh_lots(self.lot_id)  # sudo: a flag kept by the system
        self._tell_ledger(
            "hold.narrowed", decision=disposition.display_name, left=quantity
        )

    def _get_held_beside(self, location):
        """How much of this lot other holds hold by number in a place."""
        # sudo: all of them count
        others = self.sudo().search(
            [
                ("kind", "=", holds.QUANTITY),
                ("state", "=", "active"),
                ("lot_id", "=", self.lot_id.id),
                ("location_id", "=", location.id),
                ("id", "!=", self.id),
            ]
        )
        return sum(others.mapped("quantity"))

    # ------------------------------------------------------------------ buttons

    def action_decide(self):
        """Ask what is to become of what is held."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Becomes of It?"),
            "res_model": "mfg.variance.dispose",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_hold_id": self.id},
        }

    def action_open_dispositions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_disposition_action"
        )
        domain = Domain("hold_id", "=", self.id)
        return {**action, "domain": list(domain), "context": {}}
