from odoo import fields, models


class MfgVarianceLinked(models.AbstractModel):
    """A business record that cases refer to: the count and the smart button.

    The field of the case that refers to it is ``_variance_link``; the default is
    the model's own name after the dot.
    """

    _name = "mfg.variance.linked"
    _description = "Linked to Variance Exceptions"

    _variance_link = None

    variance_exception_count = fields.Integer(
        string="Open Variances", compute="_compute_variance_exception_count"
    )

    def _get_variance_link(self):
        return self._variance_link or f"{self._name.split('.')[-1]}_id"

    def _get_variance_domain(self):
        return [(self._get_variance_link(), "in", self.ids)]

    def _compute_variance_exception_count(self):
        Case = self.env["mfg.variance.exception"]
        counts = {}
        if self.ids and Case.has_access("read"):
            link = self._get_variance_link()
            groups = Case._read_group(
                [(link, "in", self.ids), ("is_open", "=", True)], [link], ["__count"]
            )
            counts = {record.id: count for record, count in groups}
        for record in self:
            record.variance_exception_count = counts.get(record._origin.id, 0)

    def action_open_variance_exceptions(self):
        """The cases of this record, open ones first."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_exception_action"
        )
        return {**action, "domain": self._get_variance_domain(), "context": {}}
