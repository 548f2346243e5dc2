from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError

from ...domain import segregation, shifts
from ...guard import is_system
from .kinds import APPROVAL_KINDS

LONGEST_DAYS = 92


class MfgVarianceDelegation(models.Model):
    """Somebody's right to approve, lent to a colleague for some days.

    Made by the person himself, in person; never changed but to be ended. It lends what
    he has himself at the moment of the decision, and what he was lent he cannot lend.
    """

    _name = "mfg.variance.delegation"
    _description = "Delegation"
    _inherit = ["mfg.variance.cached", "mail.thread", "mfg.variance.guarded"]
    _order = "date_from desc, id desc"
    _check_company_auto = True
    _guard_create = False
    _append_only_columns = (
        "user_id",
        "delegate_id",
        "kind",
        "date_from",
        "date_to",
        "company_id",
        "plant_id",
    )

    user_id = fields.Many2one(
        "res.users",
        string="In Place Of",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.uid,
        ondelete="restrict",
    )
    delegate_id = fields.Many2one(
        "res.users",
        string="Colleague",
        required=True,
        index=True,
        domain="[('share', '=', False), ('id', '!=', user_id)]",
        ondelete="restrict",
    )
    kind = fields.Selection(
        APPROVAL_KINDS, help="Empty means everything you may approve."
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self),
    )
    date_to = fields.Date(
        string="Until", required=True, help="The last day, this one included."
    )
    reason = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    plant_id = fields.Many2one(
        "mfg.variance.plant",
        check_company=True,
        ondelete="restrict",
        help="Empty means all of your plants.",
    )
    ended_at = fields.Datetime(string="Ended Early", readonly=True)

    _dates_in_order = models.Constraint(
        f"CHECK (date_to >= date_from AND date_to - date_from <= {LONGEST_DAYS})",
        f"A delegation ends after it begins, and within {LONGEST_DAYS} days.",
    )
    _to_somebody_else = models.Constraint(
        "CHECK (delegate_id <> user_id)", "Delegate to somebody else than yourself."
    )

    @property
    def _guarded_fields(self):
        """Who lends is never typed in; the rest is written once."""
        return frozenset(("user_id", "ended_at"))

    @api.depends("user_id", "delegate_id")
    def _compute_display_name(self):
        for one in self:
            names = (one.user_id.name, one.delegate_id.name)
            one.display_name = " → ".join(name or "…" for name in names)

    def _is_log_kept(self):
        """Who lent his right to whom is evidence."""
        return True

    # ------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        if not is_system(self.env):
            self._check_may_delegate()
        rows = super().create(vals_list)
        for row in rows:
            row._check_delegate()
            self.env["mfg.variance.approval"]._record(
                "delegation.made",
                row,
                {
                    "of": row.user_id.id,
                    "to": row.delegate_id.id,
                    "kind": row.kind or "",
                    "from": str(row.date_from),
                    "until": str(row.date_to),
                    "reason": row.reason,
                },
            )
        rows._ask_again()
        return rows

    def write(self, vals):
        if not is_system(self.env) and any(
            not name.startswith("message_") for name in vals
        ):
            raise UserError(
                self.env._("A delegation is not changed. End it and make a new one.")
            )
        return super().write(vals)

    def _check_may_delegate(self):
        """Only in person, and only who has something to lend."""
        authority = self.env["mfg.variance.authority"]
        authority._check("delegate", self.env.company)

    def _check_delegate(self):
        """The colleague has to see what he is to decide, and to be a person."""
        self.ensure_one()
        user = self.delegate_id.sudo()  # sudo: roles and places of a colleague
        place = self.env["mfg.variance.authority"]._has_place(
            user, self.company_id, self.plant_id
        )
        if (
            user._is_variance_automated()
            or not user.has_group("mfg_variance_core.group_operator")
            or not place
        ):
            raise UserError(
                self.env._(
                    "%(user)s cannot decide there: it needs a person with a role in "
                    "variance control who works in that company and plant.",
                    user=user.name,
                )
            )
        # as the person himself: a delegation for places that are not his lends nothing
        if not self.env["mfg.variance.authority"]._has_place(
            self.user_id.sudo(),  # sudo: his own places
            self.company_id,
            self.plant_id,
        ):
            raise AccessError(
                self.env._("Delegate for your own companies and plants only.")
            )

    # ---------------------------------------------------------------- buttons

    def action_end(self):
        """End a delegation now; who made it may, and his colleague who has it."""
        self.env["mfg.variance.authority"]._check_presence("delegate")
        now = self.env["mfg.variance.engine"]._now()
        for row in self:
            if self.env.uid not in (row.user_id.id, row.delegate_id.id):
                raise AccessError(
                    self.env._("Only the two people concerned end a delegation.")
                )
            if not row.ended_at:
                row._as_system().write({"ended_at": now})
                self.env["mfg.variance.approval"]._record("delegation.ended", row, {})
        self._ask_again()
        return True

    def _ask_again(self):
        """What waits for one of the two is asked of who can decide it now."""
        # sudo: also what the other one sees; it writes only who can decide
        self.env["mfg.variance.approval"].sudo().search(
            [
                ("state", "=", "waiting"),
                ("approver_ids", "in", (self.user_id | self.delegate_id).ids),
            ]
        )._refresh()

    # ---------------------------------------------------------------- reading

    @api.model
    def _get_lent(self, action, company, plant, moment):
        """The delegations that hold for an action in a place at a moment."""
        if not action.startswith(segregation.APPROVE):
            return self.browse()
        kind = action.removeprefix(segregation.APPROVE)
        day = shifts.local_day(moment, plant.tz or "UTC")
        # sudo: who stands in for whom, whoever asks who may decide
        return self.sudo().browse(
            row_id
            for row_id, row_company, row_plant, row_kind in self._get_lent_on(day)
            if row_company == company.id
            and row_plant in (False, plant.id)
            and row_kind in (False, kind)
        )

    @api.model
    @tools.ormcache("day")
    def _get_lent_on(self, day):
        """Those of a day as plain values: ``(id, company, plant, kind)``."""
        # sudo: as above
        rows = self.sudo().search(
            [("date_from", "<=", day), ("date_to", ">=", day), ("ended_at", "=", False)]
        )
        return tuple(
            (row.id, row.company_id.id, row.plant_id.id, row.kind) for row in rows
        )
