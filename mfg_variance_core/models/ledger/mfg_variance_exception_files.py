from odoo import models


class MfgVarianceException(models.Model):
    """The files of a case, and what is kept of them when it is closed."""

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    def _get_evidence_files(self):
        """Every file of the case and of the records that belong to it."""
        self.ensure_one()
        # sudo: files follow the case, which the reader may see
        attachments = self.env["ir.attachment"].sudo()
        found = attachments.browse()
        for records in [self, *self._get_evidence_records()]:
            found |= attachments.search(
                [
                    ("res_model", "=", records._name),
                    ("res_id", "in", records.ids),
                    # without this Odoo leaves out what lies in fields of a record
                    ("id", "!=", 0),
                ],
                order="id",
            )
        return found

    def _get_evidence_records(self):
        """Records of the case that may have files of their own, model by model."""
        self.ensure_one()
        # sudo: they belong to the case, which the reader may see
        problems = self.env["mfg.variance.problem"].sudo()
        return [problems.search([("exception_id", "=", self.id)])]

    def _prepare_move_data(self, before):
        data = super()._prepare_move_data(before)
        if self.state == "closed":
            data["files"] = [
                file._prepare_variance_data() for file in self._get_evidence_files()
            ]
        return data
