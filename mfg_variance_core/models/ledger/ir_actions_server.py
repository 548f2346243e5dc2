from odoo import api, models


class IrActionsServer(models.Model):
    """Server actions of our types, or on our records, are controls."""

    _name = "ir.actions.server"
    _inherit = ["ir.actions.server", "mfg.variance.control"]
    _control_fields = (
        "child_ids",
        "code",
        "evaluation_type",
        "group_ids",
        "model_id",
        "name",
        "state",
        "update_path",
        "value",
    )

    @api.model
    def _get_control_names(self):
        ours = {name for name in self._fields if name.startswith("variance_")}
        return super()._get_control_names() | {
            name for name in ours if self._fields[name].store
        }

    def _is_control(self):
        self.ensure_one()
        return (self.state or "").startswith("variance_") or (
            self.model_name or ""
        ).startswith("mfg.variance.")
