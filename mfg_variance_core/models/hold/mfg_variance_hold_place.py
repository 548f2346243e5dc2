from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...domain import holds
from ..cache import forget
from . import passage
from .mfg_variance_hold import TARGETS

# rows that whoever uses, moves or works on something reads or writes as well
TOUCHED = {
    "stock.lot": ("lot_id",),
    "stock.location": ("location_id", "source_location_id"),
    "mrp.production": ("production_id",),
    "mrp.workorder": ("workorder_id",),
    "stock.picking": ("picking_id",),
}


class MfgVarianceHold(models.Model):
    """Placing a hold, for a rule at the end of the transaction or for a person."""

    _name = "mfg.variance.hold"
    _inherit = "mfg.variance.hold"

    @api.model
    def _place(self, vals_list):
        """Place holds and return them; what the same case holds already is returned.

        Each of ``vals_list`` names ``kind``, what it holds (``lot_id``,
        ``production_id``, ... or ``product_id``, ``location_id``, ``quantity`` and
        perhaps ``lot_id``), ``reason`` and perhaps ``strength``, ``exception_id`` and
        ``parent_id``. Whoever calls has checked that the user may place it: nothing is
        checked here, so that rules place holds too (``placed_by_id`` stays empty). A
        ``quantity`` is moved to the quarantine of the plant; of an order it is split
        off.
        """
        same, targets = self._find_same(vals_list), self._browse_targets(vals_list)
        result, fresh = self.browse(), []
        for vals in vals_list:
            key = self._get_sameness(vals)
            if key not in same:
                fresh.append(self._prepare_hold_vals(vals, targets))
                same |= {key: False} if key else {}
            elif same[key]:
                result |= self.browse(same[key])
        if fresh:
            result |= self._create_holds(fresh)
        return result

    @api.model
    def _get_sameness(self, vals):
        """What makes two holds one; of a quantity each holds its own pieces."""
        target = vals.get(TARGETS[vals["kind"]])
        if vals.get("quantity") or not target:
            return None
        return (
            vals["kind"],
            target,
            vals.get("strength") or holds.NO_USE,
            vals.get("exception_id") or False,
            vals.get("parent_id") or False,
        )

    @api.model
    def _find_same(self, vals_list):
        """``{sameness: id}`` of the active holds on what is to be held."""
        ids = {}
        for vals in vals_list:
            key = self._get_sameness(vals)
            if key:
                ids.setdefault(key[0], set()).add(key[1])
        if not ids:
            return {}
        asked = Domain.OR(
            Domain("kind", "=", kind) & Domain(TARGETS[kind], "in", list(targets))
            for kind, targets in ids.items()
        )
        # sudo: holds of other plants count, whoever places this one
        found = self.sudo().search(asked & Domain("state", "=", "active"))
        return {
            (
                hold.kind,
                hold[TARGETS[hold.kind]].id,
                hold.strength,
                hold.exception_id.id,
                hold.parent_id.id,
            ): hold.id
            for hold in found
        }

    @api.model
    def _browse_targets(self, vals_list):
        """``{(kind, id): record}`` of what is to be held, read together."""
        ids = {}
        for vals in vals_list:
            kind = vals["kind"]
            ids.setdefault(kind, set()).add(vals.get(TARGETS[kind]) or 0)
        result = {}
        for kind, numbers in ids.items():
            # sudo: the place of what is held, whoever holds it
            Model = self.env[self._fields[TARGETS[kind]].comodel_name].sudo()
            for record in Model.browse(numbers).exists():
                result[kind, record.id] = record
        return result

    @api.model
    def _prepare_hold_vals(self, vals, targets):
        """The values of a new hold, with its place filled in from what is held."""
        if not vals.get("reason"):
            raise UserError(self.env._("Say why it is held: a hold needs a reason."))
        kind = vals["kind"]
        target = targets.get((kind, vals.get(TARGETS[kind])))
        if not target:
            raise UserError(self.env._("Choose what is to be held."))
        # sudo: the place of the case, whoever places its hold
        case = self.env["mfg.variance.exception"].sudo()
        case = case.browse(vals.get("exception_id"))
        place = getattr(self, f"_get_place_of_{kind}")(target, vals)
        company = vals.get("company_id") or place.get("company_id")
        sequence = self.env["ir.sequence"].sudo()  # sudo: numbering only
        is_person = not self.env.su and not self.env.user._is_superuser()
        return {
            **place,
            **vals,
            "name": sequence.next_by_code("mfg.variance.hold"),
            "company_id": company or case.company_id.id or self.env.company.id,
            "plant_id": vals.get("plant_id")
            or place.get("plant_id")
            or case.plant_id.id,
            "strength": vals.get("strength") or holds.NO_USE,
            "placed_by_id": is_person and self.env.uid,
            "placed_at": self.env["mfg.variance.engine"]._now(),
        }

    def _get_place_of_lot(self, lot, _vals):
        here = lot.quant_ids.filtered(
            lambda quant: (
                quant.quantity > 0 and quant.location_id.usage in holds.OWN_USAGES
            )
        )
        location = max(here, key=lambda quant: quant.quantity, default=here).location_id
        return {
            "product_id": lot.product_id.id,
            "company_id": lot.company_id.id or location.company_id.id,
            "plant_id": self._get_plant_of_location(location),
        }

    def _get_place_of_quantity(self, _product, vals):
        # sudo: whose location it is; that the person may hold there is checked with it
        location = self.env["stock.location"].sudo().browse(vals["location_id"])
        return {
            "company_id": location.company_id.id,
            "plant_id": self._get_plant_of_location(location),
        }

    def _get_place_of_production(self, order, _vals):
        dims = order._get_variance_dims()
        return {name: dims[name] for name in ("company_id", "plant_id", "product_id")}

    def _get_place_of_workorder(self, workorder, _vals):
        dims = workorder._get_variance_dims()
        return {name: dims[name] for name in ("company_id", "plant_id", "product_id")}

    def _get_place_of_workcenter(self, center, _vals):
        return {
            "company_id": center.company_id.id,
            "plant_id": center.variance_plant_id.id,
        }

    def _get_place_of_picking(self, picking, _vals):
        warehouse = picking.picking_type_id.warehouse_id
        return {
            "company_id": picking.company_id.id,
            "plant_id": self.env["mfg.variance.plant"]._get_id_of(warehouse.id),
        }

    def _get_plant_of_location(self, location):
        return self.env["mfg.variance.plant"]._get_id_of(location.warehouse_id.id)

    @api.model
    def _create_holds(self, vals_list):
        vals_list = [self._arrange(vals) for vals in vals_list]
        self._touch(vals_list)
        created = (
            self._as_system()
            .with_context(
                mail_create_nosubscribe=True,
                mail_create_nolog=True,
                tracking_disable=True,
            )
            .create(vals_list)
        )
        created._refresh_lots()
        passage.free_work(self.env).clear()
        result = self.browse(created.ids)
        result._keep_producers()
        result._contain()
        result._tell_ledger("hold.placed")
        result.exception_id._make_full()
        forget(self.env)
        return result

    @api.model
    def _touch(self, vals_list):
        """Update the rows that whoever moves stock reads for share (D13).

        A movement under way is waited for; one that began before and comes later finds
        its row changed, so that its request is repeated and sees the hold.
        """
        ids_by_model = {}
        for vals in vals_list:
            for model, names in TOUCHED.items():
                ids = {vals[name] for name in names if vals.get(name)}
                if model != "stock.location" or not vals.get("lot_id"):
                    ids_by_model.setdefault(model, set()).update(ids)
        for model, ids in ids_by_model.items():
            if ids:
                records = self.env[model]
                records.flush_model(["write_date"])
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET write_date = write_date WHERE id IN %s",
                        SQL.identifier(records._table),
                        tuple(sorted(ids)),
                    )
                )

    def _refresh_lots(self, lots=None):
        """Keep on the lots, by default those of these holds, how they are held."""
        lots = lots or self.filtered(lambda hold: hold.kind == holds.LOT).lot_id
        if not lots:
            return
        found = self._read_group(
            [
                ("lot_id", "in", lots.ids),
                ("kind", "=", holds.LOT),
                ("state", "=", "active"),
            ],
            ["lot_id"],
            ["strength:array_agg"],
        )
        strengths = {lot.id: holds.stronger(values) for lot, values in found}
        for strength, group in lots.grouped(lambda lot: strengths.get(lot.id)).items():
            group._as_held_system().variance_hold_strength = strength
