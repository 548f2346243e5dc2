from odoo import api, models
from odoo.exceptions import AccessError

LOGGED_MODELS = (
    "mfg.variance.break_glass",
    "mfg.variance.approval",
    "mfg.variance.approval.rule",
    "mfg.variance.delegation",
    "mfg.variance.duty",
    "mfg.variance.exception",
    "mfg.variance.incident",
    "mfg.variance.inhibition",
    "mfg.variance.policy",
    "mfg.variance.silence",
    "mfg.variance.sla",
)
LOG_FIELDS = frozenset(
    (
        "author_id",
        "body",
        "date",
        "email_from",
        "message_type",
        "model",
        "res_id",
        "subtype_id",
        "tracking_value_ids",
    )
)


class MailMessage(models.Model):
    """The log in the chatter of cases and policies stays as it was written.

    Odoo lets the author of a message, and whoever may write on the document, edit and
    delete it: that is fit for comments, not for who moved, switched or activated what.
    """

    _name = "mail.message"
    _inherit = "mail.message"

    def write(self, vals):
        if not LOG_FIELDS.isdisjoint(vals):
            self._check_variance_log()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_variance_log(self):
        self._check_variance_log()

    def _check_variance_log(self):
        log = self.filtered(
            lambda message: (
                message.model in LOGGED_MODELS and message.message_type != "comment"
            )
        )
        for message in log:
            # sudo: asks only whether there is something the log belongs to
            record = self.env[message.model].sudo().browse(message.res_id).exists()
            if record and record._is_log_kept():
                raise AccessError(
                    self.env._(
                        "The log of %(record)s is kept as it was written.",
                        record=record.display_name,
                    )
                )
