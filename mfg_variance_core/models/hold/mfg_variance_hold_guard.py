from collections import defaultdict

from odoo import api, models

from ...domain import holds
from . import passage

OWN = holds.OWN_USAGES


class MfgVarianceHold(models.Model):
    """Whether stock may move: asked before every movement, and again by the stock.

    The movement is examined as a whole, for the clear sentence; each quant that falls
    is examined too, because a quant may be written with no movement at all (D12).
    Nothing here is shielded: a fault refuses (DESIGN rule 2).
    """

    _name = "mfg.variance.hold"
    _inherit = "mfg.variance.hold"

    # ------------------------------------------------------------- movements

    @api.model
    def _examine_lines(self, lines):
        """Refuse what is held of these lines; else return what may now pass.

        :return: the passage, and ``{line: hold}`` of what has to be put aside
        """
        lines = lines.filtered(lambda line: line.quantity_product_uom > 0)
        own = lines.filtered(lambda line: line.location_id.usage in OWN)
        actions = {line: line._get_hold_action() for line in lines}
        # what stops whatever may be used stops what was made from held stock, too
        shipped = lines.filtered(lambda line: holds.stops(holds.NO_SHIP, actions[line]))
        moving = own | shipped
        made = lines.move_id.production_id
        loose = own.filtered(lambda line: not line.lot_id)
        nameless = loose.filtered(lambda line: line.product_id.tracking != "none")
        found = self._find(
            lots=moving.lot_id.ids,
            shipped=shipped.lot_id.ids,
            places=loose.location_id.ids,
            locations=own.location_id.ids,
            products=own.product_id.ids,
            nameless=nameless.product_id.ids,
            picking=lines.picking_id.ids,
            **made._get_hold_work_ids(),
        )
        result = passage.Passage()
        held_lots = {one.key for one in found if one.kind == "lot"}
        held_places = {one.key for one in found if one.kind == "quantity"}
        result.free_lot_ids = set(moving.lot_id.ids) - held_lots
        result.free_location_ids = set(own.location_id.ids) - held_places
        if not found:
            return result, {}
        for line in own:
            # what is examined here and found to pass may leave, and no more
            key = (line.location_id.id, line.product_id.id, line.lot_id.id)
            result.budget[key] += line.quantity_product_uom
        blocked = self._get_blocked_lots(found, moving, actions)
        blocked |= self._get_blocked_nameless(found, nameless, actions)
        blocked |= self._get_overdrawn(found, own, actions)
        blocked |= self._get_blocked_pickings(found, lines, actions)
        if blocked:
            self._refuse_held(blocked)
        return result, self._get_put_aside(found, lines)

    def _get_blocked_lots(self, found, lines, actions):
        """``{hold id: (action, made)}`` of the lots that may not do what they do."""
        passed = passage.passed_hold_ids(self.env)
        used = passage.booked_uses(self.env)
        lines -= self._get_let_go(passed, lines, actions)
        by_lot = lines.grouped("lot_id")
        blocked = {}
        for one in found:
            if one.kind != "lot" or one.hold_id in passed:
                continue
            # sudo: how it is held, whoever moves it
            strength = self.sudo().browse(one.hold_id).strength
            if one.is_inherited:
                strength = holds.inherited(strength)
            lot = self.env["stock.lot"].browse(one.key)
            for line in by_lot.get(lot, ()):
                order = line.move_id.raw_material_production_id
                if actions[line] == holds.USE and (order.id, one.hold_id) in used:
                    continue
                if holds.stops(strength, actions[line]):
                    made = one.is_inherited and lot.display_name
                    blocked[one.hold_id] = (actions[line], made)
        return blocked

    def _get_blocked_nameless(self, found, lines, actions):
        """The held lots that lie where something is taken with no lot named.

        A picking type may ask for no lots: nobody could tell that it is another one.
        """
        passed = passage.passed_hold_ids(self.env)
        blocked = {}
        for one in found:
            if one.kind != "nameless" or one.hold_id in passed:
                continue
            hold = self.sudo().browse(one.hold_id)  # sudo: as above
            if any(
                line.location_id.id == one.key
                and line.product_id == hold.product_id
                and holds.stops(hold.strength, actions[line])
                for line in lines
            ):
                blocked[one.hold_id] = (holds.NAMELESS, False)
        return blocked

    def _get_let_go(self, passed, lines, actions):
        """What an executed decision puts back of pieces that were held by number.

        Whoever holds the whole lot holds it where it comes to as well: nothing is let
        go by this.
        """
        # sudo: what is decided about, whoever carries it out
        decided = self.sudo().browse(passed)
        keys = {
            (hold.location_id, hold.lot_id)
            for hold in decided
            if hold.kind == holds.QUANTITY and hold.lot_id
        }
        return lines.filtered(
            lambda line: (
                actions[line] == holds.MOVE and (line.location_id, line.lot_id) in keys
            )
        )

    def _get_overdrawn(self, found, lines, actions):
        """The holds on quantities of which these lines would take a part.

        While some of a product is held by number, what is not there is not taken from
        elsewhere either: the pieces would come out of the quarantine. What work has
        used already is booked all the same.
        """
        if not any(one.kind == "quantity" for one in found):
            return {}
        leaving, beyond = defaultdict(float), set()
        for line in lines:
            key = (line.location_id.id, line.product_id.id, line.lot_id.id)
            leaving[key] += line.quantity_product_uom
            back = (line.location_dest_id.id, line.product_id.id, line.lot_id.id)
            # what is put into another package on the spot stays, but as another thing;
            # what a repair moves from where it lies to where it lies stays as it is
            if back != key or line.package_id == line.result_package_id:
                leaving[back] -= line.quantity_product_uom
            if actions[line] != holds.USE:
                beyond.add(key)
        return self._get_overdrawn_by(found, leaving, holds.MOVE, beyond)

    def _get_overdrawn_by(self, found, leaving, action, beyond=()):
        """``{hold id: (action, False)}``: more leaves than the holds leave over.

        :param beyond: keys of which nothing may be taken that is not there
        """
        passed = passage.passed_hold_ids(self.env)
        ids = {one.hold_id for one in found if one.kind == "quantity"} - passed
        by_key, by_thing = defaultdict(self.browse), defaultdict(self.browse)
        for hold in self.sudo().browse(ids):  # sudo: holds count whoever moves
            key = (hold.location_id.id, hold.product_id.id, hold.lot_id.id)
            by_key[key] |= hold
            by_thing[key[1:]] |= hold
        held = {
            key: sum(by_key[key].mapped("quantity")) if key in by_key else 0.0
            for key, quantity in leaving.items()
            if quantity > 0
            and (key in by_key or (key in beyond and key[1:] in by_thing))
        }
        if not held:
            return {}
        there = self._get_quantities_at(held)
        after = {key: there[key] - leaving[key] for key in held}
        return {
            (by_key.get(key) or by_thing[key[1:]])[0].id: (action, False)
            for key in holds.overdrawn(held, after)
        }

    def _get_quantities_at(self, keys):
        """``{(location, product, lot): quantity}`` of what is there now."""
        result = defaultdict(float)
        # sudo: sums of what lies at these keys, also in places whoever moves it may not
        # see; compared with what is held and told to nobody
        found = (
            self.env["stock.quant"]
            .sudo()
            ._read_group(
                [
                    ("location_id", "in", [key[0] for key in keys]),
                    ("product_id", "in", [key[1] for key in keys]),
                ],
                ["location_id", "product_id", "lot_id"],
                ["quantity:sum"],
            )
        )
        for location, product, lot, quantity in found:
            result[location.id, product.id, lot.id] = quantity
        return result

    def _get_blocked_pickings(self, found, lines, actions):
        """What leaves with a held transfer; what comes in with one is put aside."""
        passed = passage.passed_hold_ids(self.env)
        blocked = {}
        for one in found:
            if one.kind != "picking" or one.hold_id in passed:
                continue
            strength = self.sudo().browse(one.hold_id).strength  # sudo: as above
            for line in lines.filtered(
                lambda line, one=one: line.picking_id.id == one.key
            ):
                if holds.stops(strength, actions[line]):
                    blocked[one.hold_id] = (actions[line], False)
        return blocked

    # ----------------------------------------------------------------- quants

    @api.model
    def _examine_falls(self, falls, action=holds.MOVE):
        """Refuse when held stock would become less, or something else, by itself.

        :param falls: ``[(location, product, lot, quantity)]`` of what is in our hands;
            what an examined movement or a disposition takes away passes
        """
        falls = [
            fall
            for fall in falls
            if not passage.is_free(self.env, fall[0].id, fall[2].id)
            and not passage.take(
                self.env, (fall[0].id, fall[1].id, fall[2].id), fall[3]
            )
        ]
        if not falls:
            return
        lot_ids = {lot.id for _place, _product, lot, _quantity in falls if lot}
        found = self._find(
            lots=lot_ids,
            shipped=lot_ids,
            places={place.id for place, _product, lot, _quantity in falls if not lot},
            locations={fall[0].id for fall in falls},
        )
        if not found:
            return
        passed = passage.passed_hold_ids(self.env)
        lots = self.env["stock.lot"].browse(lot_ids)
        names = {lot.id: lot.display_name for lot in lots}
        blocked = {
            one.hold_id: (action, one.is_inherited and names[one.key])
            for one in found
            if one.kind == "lot" and one.hold_id not in passed
        }
        leaving = defaultdict(float)
        for place, product, lot, quantity in falls:
            leaving[place.id, product.id, lot.id] += quantity
        blocked |= self._get_overdrawn_by(found, leaving, action)
        if blocked:
            self._refuse_held(blocked)
