from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...domain import dispositions
from ...guard import is_system, own_entry
from .running import is_running

# what a waiting scrap is about; only the system touches it
FROZEN = frozenset(
    (
        "product_id",
        "product_uom_id",
        "scrap_qty",
        "lot_id",
        "package_id",
        "owner_id",
        "location_id",
        "scrap_location_id",
        "company_id",
        "variance_disposition_id",
    )
)


class StockScrap(models.Model):
    """Scrap above the limit of its plant: put aside at once, scrapped when approved."""

    _name = "stock.scrap"
    _inherit = "stock.scrap"

    variance_disposition_id = fields.Many2one(
        "mfg.variance.disposition",
        string="Waits for",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Approved scrap leaves stock by this disposition.",
    )
    variance_wait_text = fields.Char(compute="_compute_variance_wait_text")

    @api.depends("variance_disposition_id", "state")
    def _compute_variance_wait_text(self):
        for scrap in self:
            # sudo: why it is not booked yet, told to whoever recorded it
            one = scrap.sudo().variance_disposition_id
            scrap.variance_wait_text = (
                one
                and scrap.state == "draft"
                and self.env._(
                    "Put into quarantine. It is scrapped when %(disposition)s is "
                    "approved; you need not do anything.",
                    disposition=one.name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not is_system(self.env):
            # a scrap that says it waits for something would never be looked at
            vals_list = [
                {**vals, "variance_disposition_id": False} for vals in vals_list
            ]
        return super().create(vals_list)

    def write(self, vals):
        if FROZEN & set(vals) and not is_system(self.env):
            waiting = self.filtered(lambda scrap: scrap._is_variance_waiting())
            if waiting or "variance_disposition_id" in vals:
                raise AccessError(
                    self.env._(
                        "%(scrap)s waits for its approval as it was recorded. Ask who "
                        "recorded it to withdraw it, then record it again.",
                        scrap=(waiting or self)[0].display_name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_waiting(self):
        if any(scrap._is_variance_waiting() for scrap in self):
            raise UserError(
                self.env._("Scrap that waits for its approval cannot be deleted.")
            )

    def _is_variance_waiting(self):
        self.ensure_one()
        # sudo: whether it waits, for whoever touches it
        one = self.sudo().variance_disposition_id
        return (
            one.state in dispositions.CLAIMING
            and self.state == "draft"
            and not is_running(self.env, one.id)
        )

    # ---------------------------------------------------------------- scrapping

    def action_validate(self):
        self.ensure_one()
        if self._is_variance_waiting():
            raise UserError(self.variance_wait_text)
        result = super().action_validate()
        if result is True and self._is_variance_waiting():
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "warning",
                    "message": self.variance_wait_text,
                    "next": {"type": "ir.actions.act_window_close"},
                },
            }
        return result

    def do_scrap(self):
        waiting = self.browse()
        for scrap in self:
            if scrap._is_variance_waiting():
                waiting |= scrap
            elif scrap._needs_variance_approval():
                scrap._variance_put_aside()
                waiting |= scrap
        left = self - waiting
        return super(StockScrap, left).do_scrap() if left else True

    def _needs_variance_approval(self):
        """Whether this scrap is worth more than the plant lets go by itself."""
        self.ensure_one()
        if is_running(self.env):
            return False
        Plant = self.env["mfg.variance.plant"]
        return Plant._is_beyond_scrap_limit(
            self.company_id,
            self.location_id,
            self.product_id,
            self.lot_id,
            self._get_variance_quantity(),
            self._get_variance_scrap_source(),
        )

    def _get_variance_scrap_source(self):
        """The domain of moves that are the same loss: of the lot, else of the order."""
        self.ensure_one()
        if self.lot_id:
            return [("move_line_ids.lot_id", "=", self.lot_id.id)]
        orders = self._get_variance_orders()
        if orders:
            return [
                "|",
                ("scrap_id.production_id", "in", orders.ids),
                ("scrap_id.workorder_id", "in", orders.workorder_ids.ids),
            ]
        return [("create_uid", "=", self.env.uid)]

    @own_entry
    def _variance_put_aside(self):
        """Move it into quarantine on a hold, and ask for the final move.

        Also when a rule scraps: it is the same for whoever does, and frees nothing.
        """
        self.ensure_one()
        if self.name == self.env._("New"):
            # sudo: numbering only
            number = self.env["ir.sequence"].sudo().next_by_code("stock.scrap")
            self.name = number or self.name
        quarantine = self._variance_move_aside()
        hold = self.env["mfg.variance.hold"]._place(
            [{**self._prepare_variance_hold_vals(), "location_id": quarantine.id}]
        )
        own = self.with_env(hold._as_system().env)
        own.write(
            {
                "location_id": quarantine.id,
                "product_uom_id": self.product_id.uom_id.id,
                "scrap_qty": self._get_variance_quantity(),
            }
        )
        disposition = self.env["mfg.variance.disposition"]._request(
            hold,
            kind=dispositions.SCRAP,
            quantity=hold.quantity,
            reason=self._get_variance_reason(),
            scrap_id=self.id,
        )
        own.write({"variance_disposition_id": disposition.id})

    def _variance_move_aside(self):
        """Into the quarantine of the plant, also what Odoo does not know to be there.

        As scrap does: recording it never waits for a count.
        """
        # sudo: put aside by the system into the quarantine of its plant, whatever who
        # recorded it may do in Inventory
        scrap = self.sudo()
        plant = scrap.env["mfg.variance.plant"]
        plant = plant.browse(plant._get_id_of(scrap.location_id.warehouse_id.id))
        quarantine = plant._get_quarantine()
        if scrap.location_id != quarantine:
            move = scrap.env["stock.move"].create(
                scrap._prepare_variance_move_vals(quarantine)
            )
            move._action_done()
        return quarantine

    def _prepare_variance_move_vals(self, quarantine):
        vals = self._prepare_move_values()
        line = {**vals["move_line_ids"][0][2], "location_dest_id": quarantine.id}
        return {
            "origin": self.name,
            "company_id": vals["company_id"],
            "product_id": vals["product_id"],
            "product_uom": vals["product_uom"],
            "product_uom_qty": vals["product_uom_qty"],
            "location_id": vals["location_id"],
            "location_dest_id": quarantine.id,
            "picked": True,
            "move_line_ids": [(0, 0, line)],
        }

    def _prepare_variance_hold_vals(self):
        return {
            "kind": "quantity",
            "strength": "no_use",
            "product_id": self.product_id.id,
            "lot_id": self.lot_id.id,
            "company_id": self.company_id.id,
            "quantity": self._get_variance_quantity(),
            "reason": self._get_variance_reason(),
        }

    def _get_variance_reason(self):
        reasons = ", ".join(self.scrap_reason_tag_ids.mapped("name"))
        return self.env._(
            "Scrap %(scrap)s above the limit of the plant%(reasons)s",
            scrap=self.name,
            reasons=f": {reasons}" if reasons else "",
        )

    def _get_variance_subject(self):
        """What an approval of this scrap is about, in one line for its fingerprint."""
        self.ensure_one()
        parts = [
            self.id,
            self.product_id.id,
            self.lot_id.id,
            self.package_id.id,
            self.owner_id.id,
            f"{self._get_variance_quantity():.6f}",
            self.scrap_location_id.id,
        ]
        return "stock.scrap:" + ",".join(str(part or 0) for part in parts)

    # ----------------------------------------------------------- when decided

    def _variance_finish(self, disposition):
        """The final move, only while that disposition is executed."""
        if not is_running(self.env, disposition.id):
            disposition._refuse(("scrap_ids",))
        asked = {scrap: scrap.name for scrap in self if scrap.variance_disposition_id}
        self.do_scrap()
        for scrap, name in asked.items():
            # Odoo numbers it anew; hold and approval tell of it as it was recorded
            scrap.move_ids.filtered_domain([("origin", "=", scrap.name)]).origin = name
            scrap.name = name
        # Odoo computes the quantity of the first of several right, the others as 1
        self.flush_recordset(["scrap_qty"])
        if any(scrap.state != "done" for scrap in self):
            raise UserError(self.env._("Odoo did not book the scrap."))

    def _variance_drop(self):
        """Not approved: the record goes, the pieces stay held until decided anew."""
        for scrap in self.filtered(lambda one: one.state == "draft"):
            # sudo: the system's own tidying after a decision
            scrap.sudo().unlink()
