from odoo import api, fields, models
from odoo.exceptions import ValidationError

# what is shorter would leave nothing to explain the last 90 days by
SHORTEST_KEPT_MONTHS = 6


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = "res.company"

    variance_automation_owner_id = fields.Many2one(
        "res.users",
        string="Automation Owner",
        help="Told when an automation fails or falls silent.",
    )
    variance_late_hours = fields.Float(
        default=2.0, help="Recorded later than this: the case opens without a push."
    )
    variance_historic_hours = fields.Float(
        default=24.0,
        help="Recorded later than this: judged and listed, without any reaction.",
    )
    variance_outside_minutes = fields.Float(
        default=120.0,
        help="More minutes than this outside the operating hours of a work center make "
        "the recording suspect; 0 switches the check off.",
    )

    variance_money_floor = fields.Monetary(
        string="Money Floor for Material",
        help="A material deviation of a smaller amount opens no case. A plant may have "
        "its own; 0 means half a percent of what the components of the order cost.",
    )

    variance_incident_hours = fields.Float(
        default=4.0,
        help="Cases of one work center this close together join one incident; 0 joins "
        "them by order and lot only.",
    )
    variance_shelve_days = fields.Float(
        default=7.0,
        help="What is shelved for longer than this mutes nothing until it is approved.",
    )
    variance_glass_hours = fields.Float(
        string="Broken Glass: At Most",
        default=8.0,
        help="Hours for which somebody may break the glass at once.",
    )
    variance_glass_quantity = fields.Float(
        string="Broken Glass: Quantity",
        default=1000.0,
        help="The glass is not broken where more than this is held; 0 means no limit.",
    )
    variance_push_limit = fields.Integer(
        default=6,
        help="Cases that call one person in one shift; further ones are told in one "
        "line. 0 means every case calls.",
    )
    variance_keep_months = fields.Integer(
        default=24,
        help="Measurements older than this move to the archive; 0 keeps all of them.",
    )

    @api.constrains("variance_keep_months")
    def _check_variance_keep_months(self):
        for company in self:
            if company.variance_keep_months and (
                company.variance_keep_months < SHORTEST_KEPT_MONTHS
            ):
                raise ValidationError(
                    self.env._(
                        "Keep measurements for at least %(months)s months: trends and "
                        "explanations look back that far. Enter 0 to keep all of them.",
                        months=SHORTEST_KEPT_MONTHS,
                    )
                )

    def _get_automation_owners(self):
        """Who keeps the automation of these companies healthy.

        The person each company names; where none is named, everybody in the group
        who may work in the company, so that a failure never reaches nobody.
        """
        companies = self.sudo()  # sudo: names to tell, whoever met the failure
        owners = companies.variance_automation_owner_id
        for company in companies:
            if not company.variance_automation_owner_id:
                group = self.env.ref("mfg_variance_core.group_automation_owner")
                owners |= group.sudo().all_user_ids.filtered(  # sudo: as above
                    lambda user, company=company: (
                        user.active and company in user.company_ids
                    )
                )
        return owners
