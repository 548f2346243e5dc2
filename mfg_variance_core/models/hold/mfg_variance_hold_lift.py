import contextlib

from odoo import api, models
from odoo.exceptions import AccessError

from ...domain import holds
from ...guard import is_stored_code
from ..cache import forget
from . import passage

# the decisions that end a hold, and the one that only weakens it
LIFTING = ("hold_release",)
WEAKENING = ("no_ship",)


class MfgVarianceHold(models.Model):
    """Ending or weakening a hold: the consequence of a decision, never a button."""

    _name = "mfg.variance.hold"
    _inherit = "mfg.variance.hold"

    def _lift(self, grant):
        """Lift these holds because ``grant``, an approval or disposition, allows it.

        The grant is asked itself: it has to be granted, and about each of these holds.
        """
        self._check_grant(grant, LIFTING)
        active = self.filtered(lambda hold: hold.state == "active")
        if not active:
            return True
        active._touch_own()
        active._as_system().write(
            {
                "state": "lifted",
                "lifted_at": self.env["mfg.variance.engine"]._now(),
                "lifted_by_id": self.env.uid,
                "lifted_for": grant.display_name,
            }
        )
        active.sudo()._refresh_lots()  # sudo: a flag on the lots, kept by the system
        active._tell_ledger("hold.lifted", decision=grant.display_name)
        active._log(self.env._("Lifted: %(decision)s.", decision=grant.display_name))
        forget(self.env)
        return True

    def _weaken(self, grant):
        """Make these holds *use, do not ship*, because ``grant`` allows it."""
        self._check_grant(grant, (*LIFTING, *WEAKENING))
        strict = self.filtered(
            lambda hold: hold.state == "active" and hold.strength == holds.NO_USE
        )
        if not strict:
            return True
        strict._touch_own()
        strict._as_system().write(
            {
                "strength": holds.NO_SHIP,
                "weakened_at": self.env["mfg.variance.engine"]._now(),
            }
        )
        strict.sudo()._refresh_lots()  # sudo: as above
        strict._tell_ledger("hold.weakened", decision=grant.display_name)
        strict._log(
            self.env._(
                "May be used, not shipped: %(decision)s.", decision=grant.display_name
            )
        )
        forget(self.env)
        return True

    @api.model
    @contextlib.contextmanager
    def _moving_for(self, disposition):
        """While this runs, an approved disposition may move what its hold holds.

        ``with self.env["mfg.variance.hold"]._moving_for(disposition): ...``; what other
        holds hold stays where it is, and code kept in the database passes nothing.
        """
        hold = self.browse(disposition.sudo().hold_id.ids)  # sudo: which hold it is of
        hold._check_grant(disposition, LIFTING)
        with passage.passing(self.env, passage.Passage(hold_ids=hold.ids)):
            yield hold

    def _touch_own(self):
        self.lock_for_update()
        self._touch(
            [
                {"lot_id": hold.lot_id.id, "location_id": hold.location_id.id}
                for hold in self.sudo()  # sudo: ids of what is held
            ]
        )

    def _check_grant(self, grant, kinds):
        """Refuse unless ``grant`` was granted, about every one of these holds."""
        is_granted = not is_stored_code() and all(
            hold._is_granted_by(grant, kinds) for hold in self
        )
        if not is_granted or not self:
            raise AccessError(
                self.env._(
                    "A hold is only lifted by an approved decision about it. Ask for a "
                    "disposition or for its release."
                )
            )

    def _is_granted_by(self, grant, kinds):
        """Whether a decision was granted about this hold; anything unknown was not."""
        self.ensure_one()
        if not isinstance(grant, models.BaseModel) or len(grant) != 1:
            return False
        # sudo: what was decided, whoever carries it out
        grant = grant.sudo()
        if grant._name == "mfg.variance.disposition":
            return grant.hold_id == self and bool(grant._is_granted())
        if grant._name == "mfg.variance.approval":
            return (
                grant.kind in kinds
                and (grant.res_model, grant.res_id) == (self._name, self.id)
                and bool(grant._is_granted())
            )
        return False
