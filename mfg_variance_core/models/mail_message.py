from odoo import api, fields, models
from odoo.exceptions import AccessError

OURS = "mfg.variance."
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

    @api.model_create_multi
    def create(self, vals_list):
        """What a person writes there, he writes as himself and now."""
        if not self.env.su:
            vals_list = [
                {**vals, **self._prepare_own_vals()}
                if (vals.get("model") or "").startswith(OURS)
                else vals
                for vals in vals_list
            ]
        return super().create(vals_list)

    @api.model
    def _prepare_own_vals(self):
        user = self.env.user
        return {
            "author_id": user.partner_id.id,
            "email_from": user.email_formatted,
            "date": fields.Datetime.now(),
        }

    def write(self, vals):
        if not LOG_FIELDS.isdisjoint(vals):
            self._check_variance_log()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_variance_log(self):
        self._check_variance_log()

    def _is_of_variance_log(self):
        """Whether it is in the chatter of a record whose log is kept."""
        self.ensure_one()
        name = self.model or ""
        return name.startswith(OURS) and hasattr(self.env.get(name), "_is_log_kept")

    def _check_variance_log(self):
        log = self.filtered(
            lambda message: (
                message._is_of_variance_log() and message.message_type != "comment"
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
