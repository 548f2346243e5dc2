from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ...domain import dispositions
from ...guard import is_stored_code

# the right each move needs of the person himself; the others need a grant
RIGHTS = {
    dispositions.WAITING: "request_disposition",
    dispositions.WITHDRAWN: "request_disposition",
}
# what the approval of each kind is called
APPROVALS = {
    dispositions.SORT: "hold_release",
    dispositions.RELEASE: "hold_release",
    dispositions.USE_AS_IS: "use_as_is",
    dispositions.REWORK: "rework",
    dispositions.REPAIR: "repair",
    dispositions.REGRADE: "regrade",
    dispositions.SCRAP: "scrap",
    dispositions.RETURN: "return_to_vendor",
}


class MfgVarianceDisposition(models.Model):
    """The moves of a disposition: asked for, granted, executed, or not."""

    _name = "mfg.variance.disposition"
    _inherit = "mfg.variance.disposition"

    def _transition(self, state, **values):
        """Move to ``state``: the only way a state changes."""
        self.ensure_one()
        self._check_may(state)
        self._lock_waiting()
        if not dispositions.allowed(self.state, state):
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(disposition)s cannot go from %(before)s to %(after)s.",
                    disposition=self.name,
                    before=labels[self.state],
                    after=labels[state],
                )
            )
        before = self.state
        self._as_system().write({"state": state, **values})
        self.env["mfg.variance.ledger"]._append(
            f"disposition.{state}", self, {"before": before, **self._get_evidence()}
        )

    def _check_may(self, state):
        """A person's own right, or the grant; never the environment's."""
        if state in (dispositions.APPROVED, dispositions.DONE):
            self._check_granted()
        # whoever records scrap asks by that: production never waits
        elif state in RIGHTS and not (self.scrap_id and state == dispositions.WAITING):
            self.env["mfg.variance.authority"]._check(
                RIGHTS[state], self.hold_id, self._get_parties()
            )

    def _get_evidence(self):
        """What the ledger keeps of a move."""
        self.ensure_one()
        return {
            "kind": self.kind,
            "hold": self.hold_id.id,
            "exception": self.exception_id.id,
            "product": self.product_id.display_name,
            "lot": self.lot_id.sudo().name,  # sudo: the name of a lot, for evidence
            "quantity": self.quantity,
            "good": self.good_quantity,
            "amount": None if self.amount_missing_reason else self.amount,
            "digest": self.digest,
            "approval": self.approval_id.id,
            "reason": self.reason,
            "failure": self.failure,
        }

    # --------------------------------------------------------------- asking for

    @api.model
    def _request(self, hold, **asked):
        """Ask for a disposition of a hold; what is asked for is frozen by it.

        :param asked: kind, quantity and reason, and what the kind needs besides
        """
        if is_stored_code():
            self._refuse(())
        draft = self.new({**self._prepare_hold_vals(hold), **asked})
        draft._check_may(dispositions.WAITING)
        hold._claim()
        draft._check_complete()
        draft._check_fits()
        one = self._make(draft, hold, asked)
        one._transition(dispositions.WAITING)
        one.exception_id._make_full()
        approval = self.env["mfg.variance.approval"]._request(
            one._get_approval_kind(),
            one,
            one._get_approval_reason(),
            amount=one._get_approval_amount(),
            severity=one.exception_id.severity,
            category=one.exception_id.category_id,
            exception=one.exception_id,
        )
        one._as_system().write({"approval_id": approval.id})
        return one

    @api.model
    def _make(self, draft, hold, asked):
        """Insert what was asked for, with the fingerprint that no one changes again."""
        sequence = self.env["ir.sequence"].sudo()  # sudo: takes the next number only
        vals = {
            **self._prepare_hold_vals(hold),
            **asked,
            **self._prepare_value_vals(
                draft.company_id, draft.product_id, draft.lot_id, draft.quantity
            ),
            "name": sequence.next_by_code("mfg.variance.disposition"),
            "digest": dispositions.digest(draft._get_demand()),
            "requested_by_id": self.env.uid,
            "requested_at": self.env["mfg.variance.engine"]._now(),
        }
        return self.browse(self._as_system().create(vals).id)

    @api.model
    def _prepare_hold_vals(self, hold):
        """What a disposition takes over from its hold."""
        hold = hold.sudo()  # sudo: what is held is copied, whoever decides about it
        return {
            "hold_id": hold.id,
            "exception_id": hold.exception_id.id,
            "company_id": hold.company_id.id,
            "plant_id": hold.plant_id.id,
            "product_id": hold._get_decided_product().id,
            "lot_id": hold.lot_id.id,
            "currency_id": hold.company_id.currency_id.id,
        }

    def _get_approval_kind(self):
        """What the approval is called; letting an order go on is one of its own."""
        self.ensure_one()
        is_stock = self.product_id or self.hold_id.lot_id
        if self.kind == dispositions.RELEASE and not is_stock:
            return "production_release"
        return APPROVALS[self.kind]

    def _get_approval_reason(self):
        return f"{self._get_plan_text()} {self.reason or ''}".strip()

    def _check_complete(self):
        self.ensure_one()
        labels = self._get_need_labels()
        needs = [
            labels[code]
            for code in dispositions.missing(
                self._get_demand(), self._needs_customer_reference()
            )
        ]
        if not (self.reason or "").strip():
            needs.append(self.env._("Say why."))
        if needs:
            raise UserError("\n".join(needs))
        self._check_receipt()

    def _get_need_labels(self):
        return {
            "kind": self.env._("Choose what is to be done."),
            "quantity": self.env._("Say how much of it."),
            "stock": self.env._(
                "This hold is on no stock: it can only be released. Decide about the "
                "pieces on the hold of the lot or quantity."
            ),
            "good_quantity": self.env._(
                "Count the good pieces: not more than what was sorted."
            ),
            "customer_reference": self.env._(
                "Give the customer's concession or deviation permit: this product may "
                "not be used as it is without one."
            ),
            "limit": self.env._(
                "Limit the permit by a quantity, by a date, or by both."
            ),
            "lot_for_date": self.env._(
                "Stock without a lot cannot be told apart once it is released, so a "
                "permit cannot be limited. Choose the quantity to release instead."
            ),
            "target": self.env._(
                "Choose the other product, or another lot, it becomes."
            ),
            "vendor": self.env._(
                "Choose the receipt it came with, or the vendor it goes back to."
            ),
        }

    def _check_fits(self):
        """Together the dispositions of a hold never exceed what it holds."""
        self.ensure_one()
        if not self.product_id:
            return
        # sudo: claims of everybody count, also those the person may not see
        others = self.sudo().search(
            [
                ("hold_id", "=", self.hold_id.id),
                ("state", "in", dispositions.CLAIMING),
                ("id", "!=", self._origin.id),
            ]
        )
        held = self.hold_id._get_disposable_quantity()
        over = dispositions.excess(
            held, others.mapped("quantity"), self.quantity, self.uom_id.rounding
        )
        if over:
            raise UserError(
                self.env._(
                    "Only %(left)s %(unit)s of %(hold)s are left to decide about: "
                    "%(held)s are held and %(claimed)s are asked for already.",
                    left=f"{max(self.quantity - over, 0.0):g}",
                    held=f"{held:g}",
                    claimed=f"{sum(others.mapped('quantity')):g}",
                    unit=self.uom_id.name,
                    hold=self.hold_id.display_name,
                )
            )

    def _needs_customer_reference(self):
        self.ensure_one()
        one = self.sudo()  # sudo: reads a setting of the product and one of the plant
        return one.kind == dispositions.USE_AS_IS and (
            one.product_id.variance_needs_concession or one.plant_id.needs_concession
        )

    # ---------------------------------------------------------------- the grant

    def _on_approval_granted(self, approval):
        """Execute what was granted; called when the last step has agreed."""
        self.ensure_one()
        self._transition(
            dispositions.APPROVED,
            decided_at=self.env["mfg.variance.engine"]._now(),
        )
        if self._is_large():
            self._wake()
        else:
            self._execute()

    def _on_approval_rejected(self, approval):
        self.ensure_one()
        if self.state == dispositions.WAITING and approval == self.approval_id:
            self._transition(
                dispositions.REJECTED,
                decided_at=self.env["mfg.variance.engine"]._now(),
            )
            self.scrap_id._variance_drop()

    def _on_approval_withdrawn(self, approval):
        """Who asked for it took it back."""
        self.ensure_one()
        if self.state == dispositions.WAITING and approval == self.approval_id:
            self._transition(dispositions.WITHDRAWN)
            self.scrap_id._variance_drop()

    def _is_granted(self):
        """Whether exactly this was granted: this record, kind, hold and quantity."""
        self.ensure_one()
        # sudo: what was decided, read by whoever executes it
        approval = self.sudo().approval_id
        return bool(
            approval
            and approval.kind == self._get_approval_kind()
            and approval.res_model == self._name
            and approval.res_id == self.id
            and self.digest
            and self.digest == dispositions.digest(self._get_demand())
            and approval._is_granted()
        )

    def _check_granted(self):
        if not self._is_granted():
            raise AccessError(
                self.env._(
                    "%(disposition)s is not approved as it stands: nothing is moved. "
                    "If it was changed after it was approved, the approval is void; "
                    "withdraw it and ask again.",
                    disposition=self.name,
                )
            )

    # ------------------------------------------------------------------ buttons

    def action_withdraw(self):
        """Take back what was not executed; the quantity stays held."""
        for one in self:
            if one.state == dispositions.WAITING:
                # only who asked for it
                one.approval_id._withdraw()
            else:
                one._transition(dispositions.WITHDRAWN)
                one.scrap_id._variance_drop()
        return True

    def action_retry(self):
        """Execute again what was approved and failed; by a person with the right."""
        self.ensure_one()
        self.env["mfg.variance.authority"]._check(
            "execute_disposition", self, self._get_parties()
        )
        if self.state not in (dispositions.APPROVED, dispositions.FAILED):
            raise UserError(
                self.env._(
                    "%(disposition)s has nothing to be tried again.",
                    disposition=self.name,
                )
            )
        self._execute()
        return True
