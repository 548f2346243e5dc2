from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.tools import SQL

from ...domain import ledger
from ...guard import is_on_stack_of_stored_code, is_own_session
from ..keys import get_keys

SHORTEST_PIN = 6
MOST_TRIES = 5
LOCKED_MINUTES = 15


class ResUsers(models.Model):
    """Badge and PIN: how a person signs on a tablet that runs under another login."""

    _name = "res.users"
    _inherit = "res.users"

    variance_badge = fields.Char(
        string="Badge",
        groups="base.group_erp_manager",
        copy=False,
        help="What the scanner reads from the badge. It says who; the PIN proves it.",
    )
    # nobody reads or writes these but the methods below
    variance_pin_hash = fields.Char(groups=fields.NO_ACCESS, copy=False)
    variance_pin_tries = fields.Integer(groups=fields.NO_ACCESS, copy=False)
    variance_pin_locked_until = fields.Datetime(groups=fields.NO_ACCESS, copy=False)

    _variance_badge_unique = models.UniqueIndex(
        "(variance_badge) WHERE variance_badge IS NOT NULL",
        "Another user has this badge.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_pin_is_own(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_pin_is_own(vals)
        return super().write(vals)

    def _check_pin_is_own(self, vals):
        if any(name.startswith("variance_pin_") for name in vals):
            raise AccessError(
                self.env._("A PIN is set by its owner, under My Preferences.")
            )

    def _check_no_stored_code(self):
        if is_on_stack_of_stored_code():
            raise AccessError(
                self.env._("Badge and PIN are asked for on a device of the plant only.")
            )

    def _store_pin(self, **columns):
        """Write what no write of the ORM may: without the token, past everybody."""
        self._check_no_stored_code()
        self.flush_recordset(list(columns))
        self.env.cr.execute(
            SQL(
                "UPDATE res_users SET %s WHERE id = %s",
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value)
                    for name, value in columns.items()
                ),
                self.id,
            )
        )
        self.invalidate_recordset(list(columns))

    def action_variance_set_pin(self):
        """Open the dialog for one's own PIN."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set My PIN"),
            "res_model": "mfg.variance.pin",
            "view_mode": "form",
            "target": "new",
        }

    def _set_variance_pin(self, pin, password):
        """Set one's own PIN: in one's own session, with the password once more."""
        self.ensure_one()
        if self != self.env.user or not is_own_session(self.env):
            raise AccessError(
                self.env._("A PIN is set by its owner, under My Preferences.")
            )
        self._check_own_password(password)
        if not pin or not pin.isdecimal() or len(pin) < SHORTEST_PIN:
            raise UserError(
                self.env._("Choose %(count)s digits or more.", count=SHORTEST_PIN)
            )
        self._store_pin(
            variance_pin_hash=self._crypt_context().hash(self._get_pin_texts(pin)[0]),
            variance_pin_tries=0,
            variance_pin_locked_until=None,
        )
        self.env["mfg.variance.approval"]._record("signature.pin_set", self, {})

    def _get_pin_texts(self, pin):
        """What is hashed of a PIN: with the key of the server, where it has one.

        Whoever reads the database cannot try PINs, and whoever writes into it cannot
        put a hash there that is known to him.
        """
        self.ensure_one()
        self._check_no_stored_code()
        text = f"pin:{self.id}:{pin}"
        return [ledger.sign(key, text) for key in get_keys()] or [text]

    def _has_pin(self, pin):
        self.ensure_one()
        crypt = self._crypt_context()
        return any(
            crypt.verify(text, self.variance_pin_hash)
            for text in self._get_pin_texts(pin)
        )

    def _check_own_password(self, password):
        """Refuse unless this is the user's own password, as Odoo asks for it."""
        self.ensure_one()
        credential = {"login": self.login, "password": password, "type": "password"}
        try:
            with self._assert_can_auth(user=self.login):
                self._check_credentials(credential, {"interactive": True})
        except AccessDenied as exc:
            raise UserError(
                self.env._("This is not your password. Try again.")
            ) from exc

    @api.model
    def _sign_with_badge(self, badge, pin):
        """The user whose badge and PIN these are; empty when they are not.

        Wrong tries are counted on the person's row, which is locked meanwhile: the
        caller has to let the transaction be committed.
        """
        if not is_own_session(self.env):
            raise AccessError(
                self.env._("Badge and PIN are asked for on a device of the plant only.")
            )
        # sudo: whose badge it is; only its owner's id leaves this method
        user = self.sudo().search(
            [("variance_badge", "=", badge or ""), ("share", "=", False)], limit=1
        )
        if not badge or not user or not user.variance_pin_hash:
            return self.browse()
        user.lock_for_update(allow_referencing=True)
        now = self.env["mfg.variance.engine"]._now()
        locked = user.variance_pin_locked_until
        if locked and locked > now:
            return self.browse()
        if user._has_pin(pin or ""):
            if user.variance_pin_tries:
                user._store_pin(variance_pin_tries=0)
            return self.browse(user.id)
        user._count_wrong_pin(now)
        return self.browse()

    def _count_wrong_pin(self, now):
        tries = self.variance_pin_tries + 1
        vals = {"variance_pin_tries": tries}
        if tries >= MOST_TRIES:
            vals = {
                "variance_pin_tries": 0,
                "variance_pin_locked_until": now + timedelta(minutes=LOCKED_MINUTES),
            }
            self.env["mfg.variance.approval"]._record(
                "signature.locked", self, {"device_of": self.env.uid}
            )
        self._store_pin(**vals)
