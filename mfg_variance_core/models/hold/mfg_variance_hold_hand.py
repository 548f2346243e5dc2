from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ...domain import holds
from .mfg_variance_hold import TARGETS


class MfgVarianceHold(models.Model):
    """What people do with holds: place them, confirm them, print their tag."""

    _name = "mfg.variance.hold"
    _inherit = "mfg.variance.hold"

    @api.model
    def _open_wizard(self, context):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Place a Hold"),
            "res_model": "mfg.variance.hold.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }

    @api.model
    def _place_by_hand(self, vals_list):
        """Place holds for the person who asks, in his own places."""
        for place in self._group_by_place(vals_list):
            self._check_may_place(*place)
        return self._place(vals_list)

    @api.model
    def _group_by_place(self, vals_list):
        """``{(company id, plant id): values}`` of holds that are to be placed."""
        targets = self._browse_targets(vals_list)
        result = {}
        for vals in vals_list:
            kind = vals["kind"]
            target = targets.get((kind, vals.get(TARGETS[kind])))
            if not target:
                raise UserError(self.env._("Choose what is to be held."))
            place = getattr(self, f"_get_place_of_{kind}")(target, vals)
            key = (place.get("company_id"), place.get("plant_id"))
            result.setdefault(key, []).append(vals)
        return result

    @api.model
    def _check_may_place(self, company_id, plant_id):
        """Operators hold what is in their companies and plants."""
        company = self.env["res.company"].browse(company_id or [])
        if company and company not in self.env.user.company_ids:
            raise AccessError(
                self.env._(
                    "You may only hold what is in your own companies and plants."
                )
            )
        plant = self.env["mfg.variance.plant"].browse(plant_id or [])
        self.env["mfg.variance.authority"]._check("place_hold", plant or company)

    @api.model
    def _divide_by_right(self, vals_list):
        """``(what the person may hold, {place: what he may not})``.

        Refuses if there is nothing at all of the first.
        """
        mine, left, refusal = [], {}, None
        for place, group in self._group_by_place(vals_list).items():
            try:
                self._check_may_place(*place)
            except AccessError as exc:
                left[place], refusal = group, exc
            else:
                mine += group
        if refusal and not mine:
            raise refusal
        return mine, left

    @api.model
    def _get_left_sentence(self, place, vals_list):
        """What was not held in somebody else's place, and who can hold it there."""
        company_id, plant_id = place
        where = self.env["mfg.variance.plant"].browse(plant_id or [])
        where = where or self.env["res.company"].browse(company_id or [])
        targets = self._browse_targets(vals_list).values()
        users = self.env["mfg.variance.authority"]._who_can("place_hold", where)
        # sudo: the names of a place, and of whom to ask
        users = users.sudo().sorted(
            lambda user: not user.has_group("mfg_variance_core.group_supervisor")
        )
        values = {
            "place": where.sudo().display_name,  # sudo: as above
            "what": ", ".join(target.display_name for target in targets),
            "names": ", ".join(users[:3].mapped("name")),
        }
        if not users:
            return self.env._(
                "Not held, in %(place)s: %(what)s. Nobody there may hold it.", **values
            )
        return self.env._(
            "Not held, in %(place)s: %(what)s. Ask there: %(names)s.", **values
        )

    # ------------------------------------------------------------- confirming

    def action_confirm(self):
        """Ask where it was found and how much there is."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Confirm Place and Count"),
            "res_model": "mfg.variance.hold.confirm",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_hold_id": self.id},
        }

    def _confirm(self, location, quantity):
        """A person saw it: where it is, and how much. What is missing is said aloud."""
        self.ensure_one()
        self.env["mfg.variance.authority"]._check("confirm_hold", self)
        # sudo: whose place it is and its name, for whoever has no role in Inventory
        place = location.sudo()
        self._check_found(place, quantity)
        self.lock_for_update(allow_referencing=True)
        # of work what was made so far is counted, and nobody knows how much that is
        is_stock = self.kind in holds.OF_STOCK
        held = self.held_quantity
        self._as_system().write(
            {
                "confirmed_by_id": self.env.uid,
                "confirmed_at": self.env["mfg.variance.engine"]._now(),
                "confirmed_location_id": location.id,
                "counted_quantity": quantity,
                "missing_quantity": max(0.0, held - quantity) if is_stock else 0,
            }
        )
        self._tell_ledger(
            "hold.confirmed",
            location=place.display_name or "",
            counted=quantity,
            held=held,
        )
        self._log_found(place)
        if self.missing_quantity and self.exception_id:
            self.exception_id._raise_severity("critical")
        return True

    def _check_found(self, place, quantity):
        if self.state != "active":
            raise UserError(
                self.env._("%(hold)s is lifted already.", hold=self.display_name)
            )
        if place.company_id and place.company_id != self.company_id:
            raise UserError(self.env._("Choose a place of the company it belongs to."))
        if quantity < 0:
            raise UserError(self.env._("Enter what you counted, zero or more."))

    def _log_found(self, place):
        body = self.env._(
            "Found in %(place)s, counted %(quantity)g.",
            place=place.display_name or self.env._("no location"),
            quantity=self.counted_quantity,
        )
        if self.missing_quantity:
            body += " " + self.env._(
                "%(missing)g missing: look for them, and at the suspect population.",
                missing=self.missing_quantity,
            )
        self._log(body)

    def action_find_suspects(self):
        """Find all that may have what this has."""
        self.ensure_one()
        self.check_access("read")
        Suspect = self.env["mfg.variance.suspect"]
        Suspect._check_may_search()
        return Suspect._begin(Suspect._prepare_from_hold(self))._open()

    def action_print_tag(self):
        """The tag to put on what is held."""
        return self.env.ref("mfg_variance_core.action_report_hold_tag").report_action(
            self
        )
