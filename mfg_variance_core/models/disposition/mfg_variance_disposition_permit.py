from collections import defaultdict

from odoo import api, models, tools
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...domain import dispositions
from ...guard import own_entry
from ..cache import forget
from .running import is_running

# where a piece under a permit is used: made into something, or handed over
USAGES = ("production", "customer", "supplier")


class MfgVarianceDisposition(models.Model):
    """The permit of *use as is*: how much of a lot may go, and until when.

    While it is valid every piece of the lot that is consumed or shipped counts. When it
    is used up or its time is over the rest is held again; until then, and for what
    comes back later, the movement itself asks. A later release of the lot ends it.
    """

    _name = "mfg.variance.disposition"
    _inherit = "mfg.variance.disposition"

    def _start_permit(self):
        self.ensure_one()
        if not self.lot_id:
            return
        others = self._find_permits(self.lot_id).filtered(
            lambda one: one.permit_state == dispositions.VALID
        )
        quants = self.hold_id._get_lot_quants(self.lot_id).filtered(
            lambda quant: not quant.location_id.variance_is_quarantine
        )
        free = sum(quants.mapped("quantity")) - self.quantity
        free -= sum(one._get_permit_left() or 0.0 for one in others)
        self._as_system().write(
            {
                "permit_state": dispositions.VALID,
                "used_quantity": 0.0,
                "free_quantity": max(free, 0.0),
            }
        )
        forget(self.env)
        if self.limit_at:
            # sudo: asks the scheduler to wake when it ends
            self.env.ref("mfg_variance_core.cron_permits").sudo()._trigger(
                at=self.limit_at
            )

    def _renew_permits(self, quantity):
        """Pieces of a lot are free anew: what ended before stands in nobody's way."""
        self.ensure_one()
        permits = self._find_permits(self.lot_id) if self.lot_id else self.browse()
        if not permits:
            return
        valid = permits.filtered(lambda one: one.permit_state == dispositions.VALID)
        (permits - valid)._as_system().write({"permit_state": False})
        if valid and self.kind != dispositions.USE_AS_IS:
            first = valid[0]
            first._as_system().write({"free_quantity": first.free_quantity + quantity})
        forget(self.env)

    def _get_permit_left(self):
        """How much it still covers, with what was free besides; None without limit."""
        self.ensure_one()
        limit = self.limit_quantity and self.limit_quantity + self.free_quantity
        return dispositions.permitted(limit, self.used_quantity)

    @api.model
    @tools.ormcache()
    def _get_permitted_lot_ids(self):
        """The lots that move under a permit, so that others cost no query."""
        # sudo: which lots to look at, for whoever moves stock
        found = self.sudo()._read_group([("permit_state", "!=", False)], ["lot_id"], [])
        return frozenset(lot.id for (lot,) in found)

    @api.model
    def _get_permitted_use(self, lines):
        """``{lot: quantity}`` that these move lines take of lots under a permit."""
        known = self._get_permitted_lot_ids()
        used = defaultdict(float)
        if known:
            for line in lines:
                if (
                    line.lot_id.id in known
                    and line.location_id.usage in ("internal", "transit")
                    and line.location_dest_id.usage in USAGES
                ):
                    used[line.lot_id] += line.quantity_product_uom
        return used

    @api.model
    def _check_permits(self, lines):
        """Refuse to use more of a lot than its permit covers, or after its time.

        The rows stay locked until the transaction ends, so that two movements cannot
        use the same rest. Returns what is used, for :meth:`_count_permits`.
        """
        used = self._get_permitted_use(lines)
        if not used or is_running(self.env):
            return {}
        self._check_permitted(used)
        return used

    @api.model
    def _check_permitted(self, used):
        now = self.env["mfg.variance.engine"]._now()
        for lot, quantity in used.items():
            permits = self._find_permits(lot)
            valid = permits._filter_valid(now)
            left = [one._get_permit_left() for one in valid]
            if permits and not valid:
                raise UserError(permits[-1]._get_permit_refusal(now, 0.0))
            if (
                None not in left
                and lot.product_id.uom_id.compare(quantity, sum(left)) > 0
            ):
                raise UserError(valid[-1]._get_permit_refusal(now, sum(left)))

    @api.model
    def _find_permits(self, lot):
        """The permits of a lot, oldest first, locked until the transaction ends."""
        # sudo: the permits of a lot count for whoever moves it
        permits = self.sudo().search(
            [("lot_id", "=", lot.id), ("permit_state", "!=", False)], order="id"
        )
        if permits:
            # waits, and whoever finds a row changed then is repeated: two people who
            # use one lot at the same moment are both right (D9)
            self.env.cr.execute(
                SQL(
                    "SELECT id FROM mfg_variance_disposition WHERE id IN %s "
                    "ORDER BY id FOR NO KEY UPDATE",
                    permits._ids,
                )
            )
        return permits

    def _filter_valid(self, moment):
        return self.filtered(
            lambda one: one._get_permit_state(moment) == dispositions.VALID
        )

    def _get_permit_state(self, moment):
        self.ensure_one()
        if self.permit_state != dispositions.VALID:
            return self.permit_state
        return dispositions.permit_state(
            self.limit_quantity and self.limit_quantity + self.free_quantity,
            self.limit_at or None,
            self.used_quantity,
            moment,
            self.uom_id.rounding,
        )

    def _get_permit_refusal(self, moment, left):
        self.ensure_one()
        values = {
            "permit": self.name,
            "lot": self.lot_id.name,
            "product": self.product_id.display_name,
            "unit": self.uom_id.name,
        }
        if self._get_permit_state(moment) == dispositions.EXPIRED:
            return self.env._(
                "The permit %(permit)s for lot %(lot)s of %(product)s is over. Ask for "
                "a new disposition of what is left.",
                **values,
            )
        return self.env._(
            "The permit %(permit)s for lot %(lot)s of %(product)s covers only %(left)s "
            "%(unit)s more. Use less, or ask for a new disposition of the rest.",
            left=f"{left:g}",
            **values,
        )

    @api.model
    @own_entry
    def _count_permits(self, used):
        """Count what was used; what is used up is held again at once.

        Also when a rule moves stock: counting only ever takes from a permit.
        """
        now = self.env["mfg.variance.engine"]._now()
        for lot, quantity in used.items():
            for permit in self._find_permits(lot)._filter_valid(now):
                if quantity <= 0:
                    break
                left = permit._get_permit_left()
                part = quantity if left is None else min(quantity, left)
                quantity -= part
                permit._as_system().write(
                    {"used_quantity": permit.used_quantity + part}
                )
                state = permit._get_permit_state(now)
                if state != dispositions.VALID:
                    permit._end_permit(state)

    def _end_permit(self, state):
        """Block what is left of the lot again, and tell so."""
        self.ensure_one()
        self._as_system().write({"permit_state": state})
        self.env["mfg.variance.ledger"]._append(
            f"permit.{state}",
            self,
            {"lot": self.lot_id.name, "used": self.used_quantity},
        )
        now = self.env["mfg.variance.engine"]._now()
        if self._find_permits(self.lot_id)._filter_valid(now):
            return  # the rest is covered by another one
        if not self.env["mfg.variance.hold"]._get_lot_quants(self.lot_id):
            return
        labels = {
            dispositions.EXPIRED: self.env._(
                "The permit %(permit)s is over.", permit=self.name
            ),
            dispositions.USED_UP: self.env._(
                "The permit %(permit)s is used up.", permit=self.name
            ),
        }
        holds = self.env["mfg.variance.hold"].sudo()  # sudo: placed by the system
        placed = holds._place(
            [
                {
                    "kind": "lot",
                    "strength": "no_use",
                    "lot_id": self.lot_id.id,
                    "product_id": self.product_id.id,
                    "exception_id": self._get_open_case().id,
                    "company_id": self.company_id.id,
                    "plant_id": self.plant_id.id,
                    "reason": labels[state],
                }
            ]
        )
        self._link(new_hold_ids=placed)

    def _get_open_case(self):
        """The case it belongs to, unless that is closed already."""
        return self.exception_id.filtered("is_open")

    @api.model
    @own_entry
    def _cron_permits(self):
        """End permits whose time is over; whoever runs it decides nothing.

        One that cannot be ended covers nothing any more whatever its row says:
        movements ask for its time. Committed one by one: who moves a lot waits for
        that of its own permit only.
        """
        engine = self.env["mfg.variance.engine"]
        now = engine._now()
        engine._work_off(
            self,
            [("permit_state", "=", dispositions.VALID), ("limit_at", "<", now)],
            lambda permit: permit._expire(now),
            lambda permit: self.env._(
                "Permit not ended: %(permit)s", permit=permit.name
            ),
            batch=1,
            order="limit_at, id",
        )

    def _expire(self, now):
        if self._get_permit_state(now) == dispositions.EXPIRED:
            self._end_permit(dispositions.EXPIRED)
