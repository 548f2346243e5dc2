from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.mfg_variance_cause import RESOLUTIONS


class MfgVarianceCauseWizard(models.TransientModel):
    """Give several cases their cause and, for light ones, be done with them."""

    _name = "mfg.variance.cause.wizard"
    _description = "Cause of Variance"

    exception_ids = fields.Many2many("mfg.variance.exception", required=True)
    available_cause_ids = fields.Many2many(
        "mfg.variance.cause", compute="_compute_available_cause_ids"
    )
    cause_id = fields.Many2one(
        "mfg.variance.cause", domain="[('id', 'in', available_cause_ids)]"
    )
    resolution = fields.Selection(
        RESOLUTIONS,
        compute="_compute_resolution",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    note = fields.Text()
    is_light = fields.Boolean(compute="_compute_available_cause_ids")

    @api.depends("exception_ids")
    def _compute_available_cause_ids(self):
        for wizard in self:
            categories = wizard.exception_ids.category_id
            wizard.available_cause_ids = categories.cause_ids.filtered("active")[:9]
            wizard.is_light = all(
                case.track == "light" for case in wizard.exception_ids
            )

    @api.depends("cause_id")
    def _compute_resolution(self):
        for wizard in self:
            wizard.resolution = wizard.cause_id.resolution or "fixed"

    def action_apply(self):
        """Store the cause; light cases are closed by it."""
        self.ensure_one()
        return self._apply(self.cause_id)

    @api.model
    def action_choose(self, exception_ids, cause_id, resolution=None):
        """One tap on a cause: store it and close the light cases among these.

        Without a resolution it is the usual one of the cause.
        """
        vals = {"exception_ids": [(6, 0, exception_ids)], "cause_id": cause_id}
        if resolution:
            vals["resolution"] = resolution
        wizard = self.create(vals)
        return wizard.action_apply()

    def _apply(self, cause):
        cases = self.exception_ids
        cases._check_may_handle()
        cases._check_is_open()
        if not cause:
            raise UserError(self.env._("Choose the cause first."))
        values = {"cause_id": cause.id, "resolution": self.resolution}
        if self.note:
            values["resolution_note"] = self.note
        light = cases.filtered(lambda case: case.track == "light")
        if light:
            light._transition("closed", **values)
        rest = cases - light
        if rest:
            rest._as_system().write(values)
        return {"type": "ir.actions.act_window_close"}
