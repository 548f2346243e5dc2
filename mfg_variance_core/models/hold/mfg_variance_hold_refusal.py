from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...domain import holds

SHOWN = 5


class MfgVarianceHold(models.Model):
    """What a refusal says: what is held, why, since when, who can release it."""

    _name = "mfg.variance.hold"
    _inherit = "mfg.variance.hold"

    @api.model
    def _refuse_held(self, blocked):
        """Raise about ``{hold id: (action, what is made of it)}``."""
        # sudo: whoever is stopped is told why, whatever he may read
        found = self.sudo().browse(blocked)
        sentences = [
            hold._get_refusal(*blocked[hold.id]) for hold in found.sorted("id")[:SHOWN]
        ]
        if len(found) > SHOWN:
            sentences.append(
                self.env._("And %(count)s more.", count=len(found) - SHOWN)
            )
        raise UserError("\n\n".join(sentences))

    def _get_refusal(self, action, made=False):
        """The sentences for one hold.

        :param made: the name of what is stopped, where that was made from what is held
        """
        self.ensure_one()
        values = {
            "what": self.target_name,
            "product": self.product_id.display_name or "",
            "hold": self.name,
            "since": format_datetime(self.env, self.placed_at),
            "by": self.placed_by_id.name or self.env._("a rule"),
            "reason": self.reason,
            "made": made,
        }
        if made:
            first = self.env._(
                "%(made)s was made from %(what)s, which is on hold (%(hold)s): it is "
                "not shipped.",
                **values,
            )
        elif self.strength == holds.NO_SHIP:
            first = self.env._(
                "%(what)s is on hold (%(hold)s): use it, do not ship it.", **values
            )
        else:
            first = self.env._("%(what)s is on hold (%(hold)s): do not use.", **values)
        return "\n".join(
            (
                first,
                self.env._("Why: %(reason)s. Since %(since)s, by %(by)s.", **values),
                self._get_action_advice(action),
                self._get_release_sentence(),
            )
        )

    def _get_action_advice(self, action):
        """What whoever is stopped can do instead."""
        advice = {
            holds.COUNT_DOWN: self.env._(
                "Held stock is not counted away: confirm the hold with what you "
                "counted, and ask for a disposition of what is missing."
            ),
            holds.NAMELESS: self.env._(
                "It is among what lies there. Name the lots that are moved, so that it "
                "stays."
            ),
            holds.SCRAP: self.env._("To scrap it, ask for a disposition on the hold."),
            holds.START: self.env._(
                "Pausing, logging scrap and booking what was made already still work."
            ),
            holds.FINISH: self.env._(
                "Enter the quantity that was made and close the order: it is booked "
                "into quarantine."
            ),
        }
        return advice.get(
            action,
            self.env._("You may bring it into quarantine, or take something else."),
        )

    def _get_release_sentence(self):
        names = self._get_releasers()
        if not names:
            return self.env._(
                "Who can release it: the quality manager. Nobody who may is here now."
            )
        return self.env._("Who can release it: %(names)s.", names=", ".join(names[:3]))

    def _get_releasers(self):
        """The names of who may decide on the release, as far as known."""
        authority = self.env["mfg.variance.authority"]
        users = authority._who_can(
            "approve:hold_release", self.sudo(False), self._get_parties()
        )
        return users.sudo().mapped("name")  # sudo: names to ask
