from odoo import api, fields, models
from odoo.fields import Domain


class MfgVarianceStation(models.AbstractModel):
    """An order or work order at which the open person steps are shown."""

    _name = "mfg.variance.station"
    _description = "Shows Steps for People"

    variance_step_data = fields.Json(compute="_compute_variance_step_data")

    @api.depends_context("uid")
    def _compute_variance_step_data(self):
        Step = self.env["mfg.variance.case.step"]
        may_read = Step.has_access("read")
        for record in self:
            record.variance_step_data = (
                Step._get_floor_steps(record._get_variance_step_domain())
                if may_read and record._origin
                else []
            )

    def _get_variance_step_domain(self):
        """The steps of the cases on this record, and on its place without an order."""
        self.ensure_one()
        record = self._origin
        found = record._read_variance_cases([("is_open", "=", True)])
        domain = Domain("exception_id", "in", [case_id for _id, case_id in found])
        if "workcenter_id" in record and record.workcenter_id:
            domain |= (
                Domain("exception_id.workcenter_id", "=", record.workcenter_id.id)
                & Domain("exception_id.workorder_id", "=", False)
                & Domain("exception_id.production_id", "=", False)
            )
        return domain
