from odoo import api, models


class MfgVarianceAuthority(models.AbstractModel):
    """Rights that somebody lent to a colleague."""

    _name = "mfg.variance.authority"
    _inherit = "mfg.variance.authority"

    @api.model
    def _get_lenders(self, action, users, company, plant, moment):
        """``{user id: people}`` who delegated to them, with their own roles.

        Nobody lends who has left, nor for a place that is not his.
        """
        lent = self.env["mfg.variance.delegation"]._get_lent(
            action, company, plant, moment
        )
        lent = lent.filtered(
            lambda one: (
                one.delegate_id in users
                and one.user_id.active
                and self._has_place(one.user_id, company, plant)
            )
        )
        people = self._get_people(lent.user_id, company, plant, moment)
        lenders = {}
        for one in lent.sorted("id"):
            lenders.setdefault(one.delegate_id.id, []).append(people[one.user_id.id])
        return lenders

    @api.model
    def _get_candidates(self, action, company, plant, moment):
        """Also those to whom somebody delegated it, as long as they are here."""
        lent = self.env["mfg.variance.delegation"]._get_lent(
            action, company, plant, moment
        )
        delegates = lent.delegate_id.filtered("active")
        return super()._get_candidates(action, company, plant, moment) | delegates
