from odoo import fields, models

from ..guard import SYSTEM, TOKEN_KEY, own_entry
from .stock_move import booking_by_plan

# the pieces of a work order
COUNTED_FIELDS = frozenset(
    (
        "qty_produced",
        "variance_reported_qty",
        "variance_is_reported",
        "variance_rejected_qty",
    )
)


class MrpWorkorder(models.Model):
    _name = "mrp.workorder"
    _inherit = ["mrp.workorder", "mfg.variance.linked", "mfg.variance.station"]

    variance_measurement_ids = fields.One2many(
        "mfg.variance.measurement", "workorder_id", string="Variance Measurements"
    )
    variance_is_reported = fields.Boolean(
        string="Quantity Reported",
        copy=False,
        help="The reported quantity counts for judging, also when it is zero.",
    )
    variance_reported_qty = fields.Float(
        string="Reported Quantity",
        copy=False,
        digits="Product Unit",
        help="What was reported as completed at this operation. Odoo fills an empty "
        "quantity when a work order is finished; this one stays as reported.",
    )
    variance_rejected_qty = fields.Float(
        string="Rejected Quantity", copy=False, digits="Product Unit"
    )

    def write(self, vals):
        centers = (
            {wo.id: wo.workcenter_id for wo in self} if "workcenter_id" in vals else {}
        )
        result = super().write(vals)
        engine = self.env["mfg.variance.engine"]
        if COUNTED_FIELDS & set(vals):
            closed = self.filtered(lambda wo: wo.state in ("done", "cancel"))
            engine._shielded("_capture_correction", closed)
        moved = self.filtered(
            lambda wo: wo.id in centers and centers[wo.id] != wo.workcenter_id
        )
        if moved:
            reason = self.env._("Moved to another work center")
            engine._shielded("_capture_replan", moved, reason)
        return result

    def button_finish(self):
        with booking_by_plan(self.env):
            return super().button_finish()

    @own_entry
    def _set_duration(self):
        """Mark minutes that Odoo copies from the plan: nobody measured them (D6).

        Finishing an untimed work order sets its duration to the expected one. The
        same figure to the second, on a work order without any log, says nothing.
        """
        untimed = self.filtered(lambda wo: not wo.time_ids)
        corrected = (self - untimed).filtered(
            lambda wo: abs(wo.duration - wo.get_duration()) >= 1 / 60
        )
        # a person types the real minutes: they take the place of what was copied
        corrected.time_ids.filtered("variance_is_estimate").unlink()
        result = super()._set_duration()
        copied = untimed.filtered(
            lambda wo: (
                wo.duration_expected
                and abs(wo.duration - wo.duration_expected) < 1 / 60
            )
        )
        if copied:
            logs = copied.time_ids.with_context(**{TOKEN_KEY: SYSTEM})
            logs.variance_is_estimate = True
        return result

    def _get_variance_quantity(self, running=False):
        """The quantity the plan is flexed to: to make, or made when finished."""
        self.ensure_one()
        if running:
            return self.qty_production
        return (
            self.variance_reported_qty
            if self.variance_is_reported
            else self.qty_produced
        )

    def _get_variance_dims(self):
        """The dimension ids stored on measurements of this work order."""
        self.ensure_one()
        dims = self.production_id._get_variance_dims()
        return {
            **dims,
            "plant_id": self.workcenter_id.variance_plant_id.id or dims["plant_id"],
            "operation_id": self.operation_id.id,
            "workcenter_id": self.workcenter_id.id,
            "workorder_id": self.id,
        }
