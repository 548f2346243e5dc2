from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from .cache import forget

# what decides which figures are read and which side of the plan is bad
JUDGING_FIELDS = frozenset(
    ("active", "code", "source_model", "unit", "direction", "clock")
)


class Known(NamedTuple):
    """What judging looks up of a metric."""

    id: int
    code: str
    model: str


class MfgVarianceMetric(models.Model):
    """What is measured, in which unit, and which side of the plan is bad.

    An addon registers a metric with a record and a reader on this model::

        def _read_<code>(self, records, phase, shared) -> list[Fact]

    ``records`` are of ``source_model``, ``phase`` is ``running`` or ``final`` and
    ``shared`` is a dict living as long as one pass, for readers that need the same
    rows. A reader answers for every record and never writes.
    """

    _name = "mfg.variance.metric"
    _description = "Variance Metric"
    _inherit = ["mfg.variance.control"]
    _order = "sequence, code"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    description = fields.Text(translate=True)
    category_id = fields.Many2one(
        "mfg.variance.category", required=True, ondelete="restrict"
    )
    sequence = fields.Integer(default=10)
    unit = fields.Char(required=True, default="min")
    direction = fields.Selection(
        [
            ("higher", "Higher is worse"),
            ("lower", "Lower is worse"),
            ("both", "Both sides are bad"),
        ],
        required=True,
        default="higher",
    )
    source_model = fields.Char(help="The model whose records are measured.")
    clock = fields.Selection(
        [("machine", "Machine"), ("person", "Person"), ("calendar", "Calendar")],
        default="machine",
    )
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint(
        "UNIQUE(code)", "The code of a metric must be unique."
    )

    @api.constrains("code")
    def _check_code(self):
        for metric in self:
            if not metric.code.replace("_", "").isalnum() or not metric.code.islower():
                raise ValidationError(
                    self.env._(
                        "The code of a metric consists of lower-case letters, digits "
                        "and underscores; %(code)s does not.",
                        code=metric.code,
                    )
                )

            # a reader is a method: the ORM's own methods are none
            if hasattr(models.BaseModel, f"_read_{metric.code}"):
                raise ValidationError(
                    self.env._(
                        "%(code)s is reserved. Choose another code.", code=metric.code
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        forget(self.env)
        return super().create(vals_list)

    def write(self, vals):
        forget(self.env)
        names = JUDGING_FIELDS & set(vals)
        before = {metric: [metric[name] for name in names] for metric in self}
        result = super().write(vals)
        changed = self.filtered(
            lambda metric: before[metric] != [metric[name] for name in names]
        )
        changed._check_is_free()
        return result

    def _check_is_free(self):
        """Whoever may edit metrics cannot switch judging off or turn it round.

        What live policies judge by changes with a policy version only.
        """
        # sudo: policies of other companies count as well
        versions = self.env["mfg.variance.policy.version"].sudo()
        live = versions.search(
            [("metric_id", "in", self.ids), ("state", "in", ("shadow", "active"))],
            limit=1,
        )
        if live:
            raise ValidationError(
                self.env._(
                    "%(version)s judges by the metric %(metric)s. Retire it first.",
                    version=live.display_name,
                    metric=live.metric_id.name,
                )
            )

    def unlink(self):
        forget(self.env)
        return super().unlink()

    @api.model
    def _get_id(self, code):
        """The id of the active metric with this code, or False."""
        known = self._get_catalogue()
        return next((row.id for row in known if row.code == code), False)

    @api.model
    def _get_codes_of(self, model_name):
        """The codes of the active metrics read from this model."""
        known = self._get_catalogue()
        return tuple(row.code for row in known if row.model == model_name)

    @tools.ormcache()
    def _get_catalogue(self):
        """Every active metric as plain values, in order: one query fills it."""
        # sudo: the catalogue of metrics is no secret and judging needs it for anybody
        return tuple(
            Known(metric.id, metric.code, metric.source_model)
            for metric in self.sudo().search([("active", "=", True)])
        )

    def _get_reader(self):
        self.ensure_one()
        return getattr(self, f"_read_{self.code}", None)
