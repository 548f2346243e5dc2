from odoo import api, fields, models
from odoo.exceptions import ValidationError


class MfgVarianceCategory(models.Model):
    """A node of the variance taxonomy: what kind of deviation this is."""

    _name = "mfg.variance.category"
    _description = "Variance Category"
    _inherit = ["mfg.variance.cached", "mfg.variance.control"]
    _parent_name = "parent_id"
    _parent_store = True
    _rec_name = "complete_name"
    _rec_names_search = ["complete_name", "code"]
    _order = "complete_name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", recursive=True, store=True
    )
    parent_id = fields.Many2one(
        "mfg.variance.category", index=True, ondelete="restrict"
    )
    parent_path = fields.Char(index=True)
    process_area = fields.Selection(
        [
            ("production", "Production"),
            ("quality", "Quality"),
            ("maintenance", "Maintenance"),
            ("supply", "Supply"),
            ("labour", "Labour"),
            ("planning", "Planning"),
            ("finance", "Finance"),
            ("automation", "Automation"),
        ],
        required=True,
        default="production",
    )
    cause_ids = fields.Many2many(
        "mfg.variance.cause",
        "mfg_variance_category_cause_rel",
        "category_id",
        "cause_id",
        string="Causes",
        help="Shown as buttons when a case is closed: at most nine.",
    )
    playbook_id = fields.Many2one(
        "mfg.variance.playbook",
        string="Usual Playbook",
        ondelete="restrict",
        help="A policy of this category that names none gets this one.",
    )
    consequence = fields.Char(
        string="If Nobody Reacts",
        translate=True,
        help="A policy of this category that says nothing itself says this.",
    )
    what_to_do = fields.Text(
        translate=True,
        help="A policy of this category that says nothing itself says this.",
    )
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint(
        "UNIQUE(code)", "The code of a variance category must be unique."
    )

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for category in self:
            parent = category.parent_id.complete_name
            category.complete_name = (
                f"{parent} / {category.name}" if parent else category.name
            )

    def _get_default(self, name):
        """A default of this category, or of the nearest one above that has it."""
        category = self
        while category and not category[name]:
            category = category.parent_id
        return category[name]

    @api.constrains("cause_ids")
    def _check_cause_count(self):
        for category in self:
            if len(category.cause_ids) > 9:
                raise ValidationError(
                    self.env._(
                        "%(category)s has %(count)s causes. Keep at most nine: more "
                        "than nine buttons are not read on the shop floor.",
                        category=category.complete_name,
                        count=len(category.cause_ids),
                    )
                )
