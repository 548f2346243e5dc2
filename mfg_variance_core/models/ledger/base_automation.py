from odoo import models


class BaseAutomation(models.Model):
    """Automation rules of variance control, or on its records, are controls."""

    _name = "base.automation"
    _inherit = ["base.automation", "mfg.variance.control"]
    _control_fields = (
        "active",
        "filter_domain",
        "filter_pre_domain",
        "model_id",
        "name",
        "on_change_field_ids",
        "record_getter",
        "trg_date_calendar_id",
        "trg_date_id",
        "trg_date_range",
        "trg_date_range_mode",
        "trg_date_range_type",
        "trg_field_ref",
        "trg_selection_field_id",
        "trigger",
        "trigger_field_ids",
    )

    def _is_control(self):
        self.ensure_one()
        return self.model_name.startswith("mfg.variance.") or any(
            action._is_control() for action in self.action_server_ids
        )
