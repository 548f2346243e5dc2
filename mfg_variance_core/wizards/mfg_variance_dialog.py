from odoo import api, models


class MfgVarianceDialog(models.AbstractModel):
    """A dialog about a record tells of it: only of one the person sees himself."""

    _name = "mfg.variance.dialog"
    _description = "Dialog About a Record"

    # the field that names the record
    _subject = None

    @api.constrains(lambda self: [self._subject] if self._subject else [])
    def _check_subject(self):
        # constraints run as sudo: as the user himself, so that record rules count
        self[self._subject].with_env(self.env(su=False)).check_access("read")
