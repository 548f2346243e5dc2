from odoo import api, fields, models

from .labels import duration_label


class MfgVarianceException(models.Model):
    """What people have to answer on a case, and by when."""

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    time_to_respond = fields.Char(
        string="Time to Acknowledge",
        compute="_compute_time_to_respond",
        help="How long there is, from detection.",
    )
    person_step_data = fields.Json(compute="_compute_person_step_data")

    @api.depends("acknowledge_by", "clock_started_at")
    def _compute_time_to_respond(self):
        for case in self:
            minutes = 0
            if case.acknowledge_by and case.clock_started_at:
                span = case.acknowledge_by - case.clock_started_at
                minutes = span.total_seconds() / 60
            case.time_to_respond = duration_label(self.env, minutes)

    @api.depends("case_step_ids.state")
    @api.depends_context("uid")
    def _compute_person_step_data(self):
        steps = self.env["mfg.variance.case.step"]._get_floor_steps(
            [("exception_id", "in", self.ids)]
        )
        for case in self:
            case.person_step_data = [
                step for step in steps if step["case_id"] == case._origin.id
            ]
