from odoo import fields, models


class ResCompany(models.Model):
    """A replayed log has a company of its own, recognised by the log's content."""

    _name = "res.company"
    _inherit = "res.company"

    variance_log_digest = fields.Char(
        string="Replayed Log", readonly=True, copy=False, help="Digest of its rows."
    )

    _variance_log_digest_unique = models.UniqueIndex(
        "(variance_log_digest) WHERE variance_log_digest IS NOT NULL",
        "This log has a company already.",
    )
