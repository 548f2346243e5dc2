from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from ..domain.duty import Entry

DUTY_ROLES = [
    ("supervisor", "Supervisor on duty"),
    ("production_manager", "Production manager on duty"),
    ("quality_manager", "Quality manager on duty"),
    ("process_engineer", "Process engineer on duty"),
    ("maintenance", "Maintenance on duty"),
    ("planner", "Planner on duty"),
    ("buyer", "Buyer on duty"),
    ("on_call", "On call"),
]


class MfgVarianceDuty(models.Model):
    """Who stands for a role in a plant and shift, from one day to another."""

    _name = "mfg.variance.duty"
    _description = "Duty"
    _inherit = ["mfg.variance.placed"]
    _order = "role, plant_id, shift_id, sequence, date_from, id"
    _check_company_auto = True

    role = fields.Selection(
        DUTY_ROLES, required=True, default="supervisor", tracking=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        required=True,
        index=True,
        tracking=True,
        domain="[('share', '=', False)]",
        ondelete="restrict",
    )
    company_id = fields.Many2one(required=True, help=False)
    plant_id = fields.Many2one(
        index=True, help="Empty means every plant of the company."
    )
    shift_id = fields.Many2one(
        "mfg.variance.plant.shift",
        compute="_compute_shift_id",
        store=True,
        readonly=False,
        domain="[('plant_id', '=', plant_id)]",
        tracking=True,
        ondelete="restrict",
        help="Empty means every shift. A night shift belongs to the day it begins.",
    )
    date_from = fields.Date(
        string="From",
        required=True,
        tracking=True,
        default=lambda self: self._default_date_from(),
    )
    date_to = fields.Date(
        string="To",
        tracking=True,
        help="The last day, this one included; empty means until further notice.",
    )
    sequence = fields.Integer(
        default=10, tracking=True, help="Of two that hold alike, the first is on duty."
    )
    active = fields.Boolean(default=True, tracking=True)

    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A duty cannot end before it begins.",
    )

    @api.model
    def _default_date_from(self):
        """The day that is worked now: after midnight still that of the night shift.

        In the plants of the user; of several the earliest, so that nobody who is put
        on duty now has to wait for it.
        """
        now = self.env["mfg.variance.engine"]._now()
        return min(
            (
                plant._get_turn(plant.company_id, now).day
                for plant in self.env["mfg.variance.plant"].search(
                    [("active", "=", True)]
                )
            ),
            default=fields.Date.context_today(self, now),
        )

    @api.depends("plant_id")
    def _compute_company_id(self):
        result = super()._compute_company_id()
        for duty in self.filtered(lambda one: not one.company_id):
            duty.company_id = self.env.company
        return result

    @api.depends("plant_id")
    def _compute_shift_id(self):
        for duty in self:
            if duty.shift_id.plant_id != duty.plant_id:
                duty.shift_id = False

    @api.depends("role", "user_id.name", "plant_id.name", "shift_id.name")
    def _compute_display_name(self):
        roles = dict(self._fields["role"]._description_selection(self.env))
        for duty in self:
            place = (duty.plant_id.name, duty.shift_id.name, roles.get(duty.role))
            parts = (*place, duty.user_id.name)
            duty.display_name = " · ".join(part for part in parts if part)

    @api.constrains("plant_id", "shift_id")
    def _check_shift_is_of_plant(self):
        for duty in self:
            if duty.shift_id and duty.shift_id.plant_id != duty.plant_id:
                raise ValidationError(
                    self.env._(
                        "%(shift)s is no shift of this plant. Choose one of its own.",
                        shift=duty.shift_id.name,
                    )
                )

    @api.constrains("user_id", "plant_id", "company_id")
    def _check_person_may_see(self):
        """Who is on duty has to be able to open the cases that are his."""
        for duty in self:
            user = duty.user_id.sudo()  # sudo: where a colleague may work, for a check
            plants = user.variance_plant_ids
            has_place = (
                not plants or not duty.plant_id or duty.plant_id in plants
            ) and duty.company_id in user.company_ids
            if (
                user.share
                or not has_place
                or not user.has_group("mfg_variance_core.group_viewer")
            ):
                raise ValidationError(
                    self.env._(
                        "%(user)s does not see the cases of %(place)s. Give the person "
                        "a role in variance control and the plant first.",
                        user=user.name,
                        place=duty.plant_id.name or duty.company_id.name,
                    )
                )

    # ------------------------------------------------------------------- CRUD

    def write(self, vals):
        start = fields.Date.to_date(vals.get("date_from"))
        if start:
            self.filtered(lambda duty: start > duty._get_today())._check_not_begun()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_served(self):
        self._check_not_begun()

    def _get_today(self):
        """The day it is in its plant; of a whole company, where it is the latest."""
        self.ensure_one()
        # sudo: the zones of plants, whoever looks
        plants = self.sudo().plant_id or self.env["mfg.variance.plant"].sudo().search(
            [("company_id", "=", self.company_id.id)]
        )
        return max(
            (plant._get_today() for plant in plants),
            default=self.plant_id._get_today(),
        )

    def _check_not_begun(self):
        served = self.filtered(lambda duty: duty._has_begun())
        if served:
            raise UserError(
                self.env._(
                    "%(duty)s has begun: cases were given to people by it. Set its "
                    "last day instead.",
                    duty=served[0].display_name,
                )
            )

    def _has_begun(self):
        self.ensure_one()
        return self.date_from <= self._get_today()

    def _is_log_kept(self):
        """Who was put on duty by whom stays told once it counted."""
        return self._has_begun()

    # ---------------------------------------------------------------- reading

    @api.model
    @tools.ormcache()
    def _get_roster(self):
        """Every entry as plain values for :mod:`..domain.duty`, of all companies."""
        # sudo: who is on duty is needed to give anybody's case an owner
        rows = self.sudo().search([("active", "=", True)])
        return tuple(
            Entry(
                id=row.id,
                role=row.role,
                user_id=row.user_id.id,
                company_id=row.company_id.id,
                plant_id=row.plant_id.id or None,
                shift_id=row.shift_id.id or None,
                since=row.date_from,
                until=row.date_to or None,
                sequence=row.sequence,
                is_available=row.user_id.active,
            )
            for row in rows
        )
