from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .occurred import check_occurred

# what decides how many pieces of the origin are worked on again
REWORK_FIELDS = frozenset(
    ("variance_rework_origin_id", "is_variance_rework", "product_qty")
)


class MrpProduction(models.Model):
    """The pieces of an order, and orders that only work on pieces made before."""

    _name = "mrp.production"
    _inherit = "mrp.production"

    variance_occurred_at = fields.Datetime(
        string="Occurred at",
        copy=False,
        help="When the pieces were made, for an order that is entered later. Empty "
        "means the end of the last time log, or when it is closed.",
    )
    is_variance_rework = fields.Boolean(
        string="Rework",
        copy=False,
        tracking=True,
        help="Works on pieces made before: not a new good output, and all that it "
        "costs is lost.",
    )
    variance_rework_origin_id = fields.Many2one(
        "mrp.production",
        string="Rework of",
        copy=False,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('product_id', '=', product_id), ('state', '!=', 'cancel')]",
        tracking=True,
        help="The order whose pieces are worked on again.",
    )
    variance_rework_case_id = fields.Many2one(
        "mfg.variance.exception",
        string="Rework Because of",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
        groups="mfg_variance_core.group_viewer",
        tracking=True,
        help="The case that caused the rework; it shows what the rework cost.",
    )

    @api.constrains("variance_rework_origin_id", "variance_rework_case_id")
    def _check_variance_rework(self):
        # sudo: only whether company and order fit, whoever plans the rework
        for order in self.sudo():
            if order.variance_rework_origin_id == order:
                raise ValidationError(
                    self.env._(
                        "%(order)s cannot be rework of itself.", order=order.name
                    )
                )
            case = order.variance_rework_case_id
            if case and case.company_id != order.company_id:
                raise ValidationError(
                    self.env._(
                        "%(case)s belongs to another company than %(order)s.",
                        case=case.name,
                        order=order.name,
                    )
                )

    @api.constrains("variance_rework_case_id")
    def _check_variance_rework_case(self):
        """Nobody charges a case with what he may not see of it."""
        # constraints run as sudo: as the user himself, so that record rules count
        cases = self.variance_rework_case_id
        cases.with_env(self.env(su=False)).check_access("read")

    @api.constrains("variance_occurred_at")
    def _check_variance_occurred_at(self):
        check_occurred(self)

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._capture_variance_origins()
        return orders

    def write(self, vals):
        concerned = self.browse()
        if "variance_rework_origin_id" in vals:
            concerned |= self.variance_rework_origin_id
        if "is_variance_rework" in vals:
            # a done order becomes a loss by that, or good output
            concerned |= self
        result = super().write(vals)
        if REWORK_FIELDS & set(vals):
            self._capture_variance_origins(concerned)
        if "variance_occurred_at" in vals:
            done = self.filtered(lambda order: order.state == "done")
            self.env["mfg.variance.engine"]._shielded("_capture_correction", done)
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        self._capture_variance_origins()
        return result

    def _capture_variance_origins(self, concerned=None):
        """Orders whose pieces go to rework, or no longer do, are judged again."""
        concerned = (concerned or self.browse()) | self.variance_rework_origin_id
        done = concerned.filtered(lambda order: order.state == "done")
        self.env["mfg.variance.engine"]._shielded("_capture_correction", done)

    def _get_variance_made(self, returned=None):
        """What the order put into stock of its product, in the product's unit.

        Without what came back, if that is given by the id of the move.
        """
        self.ensure_one()
        returned = returned or {}
        return sum(
            move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id, round=False
            )
            - returned.get(move.id, 0.0)
            for move in self.move_finished_ids
            if move.product_id == self.product_id and move.state == "done"
        )
