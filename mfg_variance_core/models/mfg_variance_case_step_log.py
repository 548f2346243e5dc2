from odoo import fields, models

from .mfg_variance_case_step import WHO


class MfgVarianceCaseStepLog(models.Model):
    """What happened to a person step: asked, handed over, answered, skipped."""

    _name = "mfg.variance.case.step.log"
    _description = "Log of a Case Step"
    _inherit = ["mfg.variance.guarded"]
    _order = "id"
    _append_only_columns = (
        "case_step_id",
        "company_id",
        "plant_id",
        "kind",
        "logged_at",
        "user_id",
        "to_user_id",
        "to_who",
        "key",
        "label",
        "value",
        "note",
        "is_out_of_limits",
    )

    case_step_id = fields.Many2one(
        "mfg.variance.case.step", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True)
    plant_id = fields.Many2one("mfg.variance.plant", ondelete="restrict")
    kind = fields.Selection(
        [
            ("asked", "Asked"),
            ("handed_over", "Handed over"),
            ("end_of_line", "Nobody further in line"),
            ("answered", "Answered"),
            ("skipped", "Skipped"),
        ],
        string="What",
        required=True,
    )
    logged_at = fields.Datetime(string="When", required=True)
    user_id = fields.Many2one("res.users", string="By or From")
    to_user_id = fields.Many2one("res.users", string="To")
    to_who = fields.Selection(WHO, string="As")
    key = fields.Char()
    label = fields.Char(string="Answer")
    value = fields.Float(digits=(16, 4))
    note = fields.Text()
    is_out_of_limits = fields.Boolean(string="Out of Limits")

    _one_answer = models.UniqueIndex(
        "(case_step_id) WHERE kind = 'answered'", "A step is answered once."
    )
