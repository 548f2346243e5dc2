from odoo import models


class IrCron(models.Model):
    """Scheduled actions of variance control are controls."""

    _name = "ir.cron"
    _inherit = ["ir.cron", "mfg.variance.control"]
    _control_fields = (
        "active",
        "interval_number",
        "interval_type",
        "name",
        "nextcall",
        "priority",
        "user_id",
    )

    def _is_control(self):
        self.ensure_one()
        model = self.model_id.model or ""
        return model.startswith("mfg.variance.") or "variance" in (self.code or "")
