import contextlib

from odoo import api, models
from odoo.exceptions import AccessError

from ...domain import holds
from ...guard import is_stored_code
from ..cache import forget
from . import passage
from .mfg_variance_hold_place import TOUCHED

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
        What they hold of finished work or a receipt is lifted with them; what came out
        of the work while it was held is decided on by itself. What was put aside goes
        back to where it came from; a disposition has moved it already.
        """
        self._check_grant(grant, LIFTING)
        active = self._with_contents().filtered(lambda hold: hold.state == "active")
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
        if grant._name != "mfg.variance.disposition":
            # sudo: it follows from the decision, whoever carries it out
            active.sudo()._put_back()
        return True

    def _with_contents(self):
        """These holds and those on what finished work made or a receipt brought."""
        result = self
        # sudo: what follows from a hold, also in other plants; returned as the caller's
        for hold in self.sudo():
            result |= hold.child_ids.filtered(
                lambda child, hold=hold: (
                    hold.kind == holds.PICKING or not child.is_output
                )
            ).sudo(False)
        return result

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
        # sudo: which hold it is of
        named = "hold_id" in disposition and disposition.sudo().hold_id
        hold = self.browse(named.ids if named else [])
        hold._check_grant(disposition, LIFTING)
        with passage.passing(self.env, passage.Passage(hold_ids=hold.ids)):
            yield hold

    def _touch_own(self):
        self.lock_for_update(allow_referencing=True)
        self._touch(
            [
                {name: hold[name].id for names in TOUCHED.values() for name in names}
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
