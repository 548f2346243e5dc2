import contextlib
import weakref

from odoo import fields, models

# transactions in which Odoo itself books the planned quantities
_BOOKING_BY_PLAN = weakref.WeakSet()
BOOKED_FIELDS = frozenset(("quantity", "picked", "move_line_ids"))


@contextlib.contextmanager
def booking_by_plan(env):
    """While this runs, quantities are booked by Odoo and no person registers them."""
    cursor = env.cr
    is_outermost = cursor not in _BOOKING_BY_PLAN
    _BOOKING_BY_PLAN.add(cursor)
    try:
        yield
    finally:
        if is_outermost:
            _BOOKING_BY_PLAN.discard(cursor)


class StockMove(models.Model):
    """Consumption is captured where it is registered; other moves cost no query."""

    _name = "stock.move"
    _inherit = "stock.move"

    variance_is_registered = fields.Boolean(
        string="Registered by a Person",
        readonly=True,
        copy=False,
        help="A person entered what was consumed; Odoo did not book it by itself.",
    )

    def write(self, vals):
        result = super().write(vals)
        if BOOKED_FIELDS & set(vals):
            self._capture_registered(is_picked=bool(vals.get("picked")))
        return result

    def _action_done(self, cancel_backorder=False):
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        counted = moves.filtered(lambda move: move.is_inventory and move.quantity)
        if counted:
            engine = self.env["mfg.variance.engine"]
            engine._shielded("_capture", ["inventory_adjustment"], counted)
        return moves

    def _capture_registered(self, is_picked=False):
        """Mark what a person consumed by hand, and judge it, also while the order runs.

        Odoo's form books the planned quantity as if it had been typed: what comes with
        the quantity to produce is not registered. A line consumed by hand, one picked
        by itself (``is_picked``, as a tablet does) or another quantity than planned
        tells that somebody did.
        """
        if self.env.cr in _BOOKING_BY_PLAN:
            return
        consumed = self.filtered(
            lambda move: move.raw_material_production_id and move.picked
        )
        if not consumed:
            return
        entered = consumed.filtered(
            lambda move: (
                (is_picked or move.manual_consumption)
                and not move.variance_is_registered
            )
        )
        if entered:
            entered.variance_is_registered = True
        engine = self.env["mfg.variance.engine"]
        engine._shielded("_capture_consumption", consumed.raw_material_production_id)

    def _capture_made(self):
        """Another quantity made on a finished order is another plan."""
        made = self.filtered(lambda move: move.production_id and move.state == "done")
        if made and self.env.cr not in _BOOKING_BY_PLAN:
            engine = self.env["mfg.variance.engine"]
            engine._shielded("_capture_correction", made.production_id)
