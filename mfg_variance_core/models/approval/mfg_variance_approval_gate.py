from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_amount


class MfgVarianceApproval(models.Model):
    """What goes on only when it was granted: asked where its record changes."""

    _name = "mfg.variance.approval"
    _inherit = "mfg.variance.approval"

    @api.model
    def _require(self, kind, record, amount=0.0):
        """Refuse unless ``kind`` was granted about ``record`` as it stands now.

        :param amount: what has to be covered, in the company's currency; None means
            that nobody knows
        """
        record.ensure_one()
        # sudo: what was decided holds for whoever goes on, seen or not
        asked = self.sudo().search(
            [
                ("kind", "=", kind),
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
            ],
            order="id desc",
        )
        granted = asked.filtered(lambda one: one._is_granted())
        digest = self._get_asked_digest(record)
        if any(
            one.asked_digest == digest and one._is_covering(amount) for one in granted
        ):
            return
        raise UserError(self._get_requirement_text(kind, record, asked, granted))

    def _is_covering(self, amount):
        """Whether what was asked for covers this amount; only an unknown one all."""
        self.ensure_one()
        if not self.has_amount:
            return True
        return amount is not None and (
            self.currency_id.compare_amounts(amount, self.amount) <= 0
        )

    @api.model
    def _get_requirement_text(self, kind, record, asked, granted):
        """Why it does not go on, and who is to be asked."""
        values = {
            "record": record.display_name,
            "kind": self._get_kind_label(kind),
        }
        waiting = asked.filtered(lambda one: one.state == "waiting")[:1]
        if waiting:
            people = ", ".join(waiting.approver_ids.mapped("name"))
            return self.env._(
                "%(record)s waits for an approval: %(kind)s (%(approval)s). It goes on "
                "when that is granted. Who can decide now: %(people)s.",
                approval=waiting.name,
                people=people or self.env._("nobody; it escalates"),
                **values,
            )
        if granted:
            return self.env._(
                "%(record)s was approved as it was, up to %(amount)s: %(kind)s. It has "
                "changed since; ask for it again.",
                amount=format_amount(
                    self.env, granted[0].amount, granted[0].currency_id
                ),
                **values,
            )
        return self.env._(
            "%(record)s needs an approval first: %(kind)s. Nobody has granted it, and "
            "it is not asked for.",
            **values,
        )
