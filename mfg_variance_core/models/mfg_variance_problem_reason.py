from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..domain.floor import MOST_REASONS, crowded_places
from .mfg_variance_measurement import SEVERITY_SELECTION


class MfgVarianceProblemReason(models.Model):
    """What an operator can report with one tap, in the words of the shop floor."""

    _name = "mfg.variance.problem.reason"
    _description = "Problem Reason"
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    icon = fields.Char(
        default="fa-hand-paper-o",
        required=True,
        help="A Font Awesome class, such as fa-wrench.",
    )
    category_id = fields.Many2one(
        "mfg.variance.category",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.ref(
            "mfg_variance_core.category_reported_problem", raise_if_not_found=False
        ),
    )
    severity = fields.Selection(
        [pair for pair in SEVERITY_SELECTION if pair[0] != "info"],
        required=True,
        default="warning",
    )
    respond_minutes = fields.Integer(
        string="Minutes to Respond", required=True, default=60
    )
    what_to_do = fields.Text(translate=True, help="Shown on the case.")
    playbook_id = fields.Many2one(
        "mfg.variance.playbook", check_company=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", help="Empty: all companies.")
    plant_id = fields.Many2one(
        "mfg.variance.plant", check_company=True, help="Empty: all plants."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _responds_in_time = models.Constraint(
        "CHECK (respond_minutes > 0)",
        "Enter how many minutes there are to respond, at least one.",
    )

    def write(self, vals):
        result = super().write(vals)
        if {"company_id", "plant_id"} & set(vals):
            # also where it went to: nobody offers a reason past his own places
            self.check_access("write")
        return result

    @api.constrains("active", "company_id", "plant_id")
    def _check_number_of_reasons(self):
        # sudo: what is offered in places the editor does not see counts there too
        reasons = self.sudo()
        counts = {
            (company.id or None, plant.id or None): count
            for company, plant, count in reasons._read_group(
                [("active", "=", True)], ["company_id", "plant_id"], ["__count"]
            )
        }
        plants = reasons.env["mfg.variance.plant"].search([("active", "=", True)])
        crowded = crowded_places(
            counts, {plant.id: plant.company_id.id for plant in plants}
        )
        if crowded:
            raise ValidationError(
                self.env._(
                    "This makes %(count)s reasons to choose from in one place. Archive "
                    "one first: more than %(most)s buttons are not read on the shop "
                    "floor.",
                    count=crowded[0][2],
                    most=MOST_REASONS,
                )
            )

    @api.constrains("company_id", "plant_id")
    def _check_company_of_plant(self):
        for reason in self:
            if reason.plant_id and reason.plant_id.company_id != reason.company_id:
                raise ValidationError(
                    self.env._(
                        "%(reason)s: choose the company of the plant %(plant)s too.",
                        reason=reason.name,
                        plant=reason.plant_id.name,
                    )
                )

    def _is_offered_at(self, company, plant):
        """True where this reason may be chosen in a plant of a company."""
        self.ensure_one()
        return (
            self.active
            and self.company_id <= company
            and (not self.plant_id or self.plant_id == plant)
        )
