from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError

from ...domain import approvals, segregation
from ...guard import get_session_uid, is_stored_code
from .signature import SESSION


class MfgVarianceApproval(models.Model):
    """Asking, deciding, withdrawing: the ways an approval moves."""

    _name = "mfg.variance.approval"
    _inherit = "mfg.variance.approval"

    # ------------------------------------------------------------------ asking

    @api.model
    def _request(
        self,
        kind,
        record,
        reason,
        amount=0.0,
        severity=False,
        category=False,
        exception=False,
    ):
        """Ask for a decision of ``kind`` about ``record``; return the approval.

        Who has to agree is what the rule says now. What is being decided already is
        not asked again. When it is decided ``_on_approval_granted(approval)`` or
        ``_on_approval_rejected(approval)`` of the record runs, as superuser.

        :param amount: in the company's currency; None means that nobody knows
        :param severity: of the matter; by default that of the case
        """
        record.ensure_one()
        known = self.sudo().search(  # sudo: whether it is asked, for whoever asks
            [
                ("kind", "=", kind),
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("state", "=", "waiting"),
            ]
        )
        if (
            known
            and known.asked_digest == self._get_asked_digest(record)
            and known._is_about(amount)
        ):
            return self.browse(known.id)
        # what was changed since is another question
        if known:
            known._end("withdrawn")
            known._record("approval.withdrawn", known, {"kind": kind})
        vals = self._prepare_request_vals(
            kind, record, reason, amount, severity, category, exception
        )
        try:
            with self.env.cr.savepoint():
                approval = self._as_system().create(vals)
        except UniqueViolation as exc:
            # somebody asked at the same moment; his row is invisible here (D9)
            raise ConcurrencyError(str(exc)) from exc
        # sudo: the steps and whom they ask, for whoever asks; no token from here on
        approval = self.sudo().browse(approval.id)
        approval._prepare_steps()
        approval._record(
            "approval.requested",
            approval,
            {"kind": kind, "about": approval.record_name, "reason": reason},
        )
        approval._refresh()
        approval.exception_id._make_full()
        return self.browse(approval.id)

    def _is_about(self, amount):
        """Whether this very amount is asked for."""
        self.ensure_one()
        if amount is None or not self.has_amount:
            return self.has_amount == (amount is not None)
        return not self.currency_id.compare_amounts(amount, self.amount)

    @api.model
    def _prepare_request_vals(
        self, kind, record, reason, amount, severity, category, exception
    ):
        exception = exception or self.env["mfg.variance.exception"]
        authority = self.env["mfg.variance.authority"]
        company, plant = authority._get_place(record)
        if exception and not plant:
            plant = exception.sudo().plant_id  # sudo: the place of the case
        category = category or exception.sudo().category_id  # sudo: its category
        # sudo: its severity
        severity = severity or exception.sudo().severity or False
        requester = self.env.user if not self.env.user._is_superuser() else False
        # whoever is here asks as well, though code acts as somebody else
        asking = (requester and requester.id, get_session_uid())
        parties = segregation.merge(
            self._get_record_parties(record),
            {segregation.REQUESTER: set(filter(None, asking))},
        )
        rule = self.env["mfg.variance.approval.rule"]._find(
            kind, company, plant, category, severity, amount
        )
        return {
            "name": self._get_next_name(),
            "kind": kind,
            "res_model": record._name,
            "res_id": record.id,
            "record_name": record.sudo().display_name,  # sudo: its name
            "reason": reason,
            "exception_id": exception.id,
            "category_id": category.id if category else False,
            "severity": severity if severity != "info" else False,
            "amount": amount or 0.0,
            "has_amount": amount is not None,
            "currency_id": company.currency_id.id,
            "company_id": company.id,
            "plant_id": plant.id,
            "requester_id": requester.id if requester else False,
            "requested_at": self.env["mfg.variance.engine"]._now(),
            "parties": {party: sorted(ids) for party, ids in parties.items()},
            "asked_digest": self._get_asked_digest(record),
            "rule_id": rule.id,
            "needs_password": rule.sudo().needs_password,  # sudo: of the rule
        }

    @api.model
    def _get_next_name(self):
        # sudo: a number, for whoever asks
        return self.env["ir.sequence"].sudo().next_by_code("mfg.variance.approval")

    @api.model
    def _get_record_parties(self, record):
        """Who has a part in the matter, as the record itself says."""
        # sudo: who did what, to bar them whoever looks
        record = record.sudo()
        return record._get_parties() if hasattr(record, "_get_parties") else {}

    @api.model
    def _get_asked_digest(self, record):
        """Fingerprint of what is asked for, of records that can change meanwhile."""
        # sudo: all of the content, whoever asks
        record = record.sudo()
        has_digest = hasattr(record, "_get_asked_digest")
        return has_digest and record._get_asked_digest()

    def _prepare_steps(self):
        """Keep the steps of the rule; without a rule the first of the matrix."""
        self.ensure_one()
        roles = segregation.MATRIX[segregation.APPROVE + self.kind].roles
        # sudo: who has to agree, for whoever asks
        lines = [
            step._prepare_step_vals() for step in self.sudo().rule_id.step_ids
        ] or [{"sequence": 10, "role": roles[0]}]
        place = {
            "approval_id": self.id,
            "company_id": self.company_id.id,
            "plant_id": self.plant_id.id,
        }
        self.env["mfg.variance.approval.step"]._as_system().create(
            [{**line, **place} for line in lines]
        )

    # ---------------------------------------------------------------- standing

    def _get_parties(self):
        """Who may not decide: who had a part then, and who has one now."""
        self.ensure_one()
        approval = self.sudo()  # sudo: the parties of a matter one may decide
        record = approval._get_record()
        return segregation.merge(
            approval.parties, self._get_record_parties(record) if record else {}
        )

    def _get_outcomes(self):
        """``{id: where it stands}`` by the decisions, of those that are whole."""
        rows = self.sudo()  # sudo: all decisions count, seen or not
        rows.invalidate_recordset(["step_ids", "decision_ids"])
        return {
            approval.id: approvals.outcome(
                [step._to_domain() for step in approval.step_ids],
                [row._to_domain() for row in approval.decision_ids if row._is_whole()],
            )
            for approval in rows
        }

    def _get_outcome(self):
        self.ensure_one()
        return self._get_outcomes()[self.id]

    def _is_granted(self):
        """True when the decisions on its steps grant it, whatever ``state`` says."""
        self.ensure_one()
        if self.sudo().state == "withdrawn":  # sudo: as above
            return False
        return self._get_outcome().state == approvals.GRANTED

    def _get_open_steps(self):
        """The steps that wait for a decision now, of all of these approvals."""
        waiting = self.filtered(lambda one: one.state == "waiting")
        return self.env["mfg.variance.approval.step"].browse(
            step_id
            for outcome in waiting._get_outcomes().values()
            for step_id in outcome.open_steps
        )

    # ---------------------------------------------------------------- deciding

    def _decide(self, verdict, reason=False, signature=None):
        """Take the decision of whoever is here, or of who signed, on his open step."""
        self.ensure_one()
        authority = self.env["mfg.variance.authority"]
        action = segregation.APPROVE + self.kind
        signature = authority._check_presence(action, signature)
        user = self.env["res.users"].browse(signature.user_id)
        authority._check_place(self, user)
        if self.needs_password and signature.way == SESSION:
            raise UserError(self.env._("Enter your password to sign."))
        reason = (reason or "").strip()
        if verdict == approvals.REJECTED and not reason:
            raise UserError(self.env._("Say why you reject it."))
        # from here on as who signed, whoever the device belongs to
        signed = self.with_user(user)
        signed._lock()
        # sudo: whether he decided before, seen or not
        if user in signed.sudo().decision_ids.user_id:
            raise UserError(
                self.env._("You decided %(approval)s already.", approval=self.name)
            )
        step, lender, refusals = signed._get_open_steps()._find_mine(
            user, signed._get_parties()
        )
        if not step:
            raise AccessError(
                "\n".join(
                    authority._get_refusal_label(code, action) for code in refusals
                )
            )
        signed._store_decision(step, verdict, reason, signature, lender)
        signed._move_on()
        return True

    def _lock(self):
        """One decision at a time; what was decided meanwhile is read again."""
        self.sudo().lock_for_update()  # sudo: locking needs no right to write
        self.invalidate_recordset()
        if self.state != "waiting":
            raise UserError(
                self.env._(
                    "%(approval)s is %(state)s already.",
                    approval=self.name,
                    state=dict(self._fields["state"]._description_selection(self.env))[
                        self.state
                    ].lower(),
                )
            )

    def _get_decidable(self, user):
        """Those a user may decide now: what :meth:`_decide` asks, but his presence."""
        rows = self.sudo()  # sudo: all decisions and parties count, seen or not
        steps = rows._get_open_steps().grouped("approval_id")
        return self.filtered(
            lambda one: (
                (mine := steps.get(one))
                and user not in one.sudo().decision_ids.user_id
                # the parties kept with it first: of many readers of a list they, or
                # the roles, say no already, and those of today cost more
                and mine._find_mine(user, one.sudo().parties)[0]
                and mine._find_mine(user, one._get_parties())[0]
            )
        )

    def _store_decision(self, step, verdict, reason, signature, lender):
        Decision = self.env["mfg.variance.approval.decision"]
        vals = {
            "approval_id": self.id,
            "step_id": step.id,
            "company_id": self.company_id.id,
            "plant_id": self.plant_id.id,
            "user_id": signature.user_id,
            "in_place_of_id": lender or False,
            "verdict": verdict,
            "reason": reason or False,
            "meaning": self._get_meaning(verdict),
            "way": signature.way,
            "device_user_id": signature.device_user_id,
            "decided_at": self.env["mfg.variance.engine"]._now().replace(microsecond=0),
        }
        vals |= Decision._prepare_seal_vals(vals)
        try:
            with self.env.cr.savepoint():
                Decision._as_system().create(vals)
        except UniqueViolation as exc:
            raise ConcurrencyError(str(exc)) from exc
        self._record(
            "approval.decided",
            self,
            {
                "kind": self.kind,
                "about": self.record_name,
                "verdict": verdict,
                "reason": reason,
                "signed_by": signature.user_id,
                "in_place_of": lender or False,
                "way": signature.way,
                "hash": vals["content_hash"],
            },
        )

    def _get_meaning(self, verdict):
        """What the signature says, in the words the signer was shown."""
        values = {"kind": self._get_kind_label(self.kind), "about": self.record_name}
        if verdict == approvals.APPROVED:
            return self.env._(
                "I have looked at it and approve: %(kind)s for %(about)s.", **values
            )
        return self.env._(
            "I have looked at it and reject: %(kind)s for %(about)s.", **values
        )

    def _move_on(self):
        """Show what the decisions add up to, and tell the record when it is decided."""
        self.ensure_one()
        outcome = self._get_outcome()
        if outcome.state == approvals.WAITING:
            self._refresh()
            return
        self._end(outcome.state)
        # sudo: the record does what was granted; it asks nobody's right for that
        record = self.sudo()._get_record()
        method = f"_on_approval_{outcome.state}"
        if record and hasattr(record, method):
            getattr(record, method)(self)

    def _end(self, state):
        now = self.env["mfg.variance.engine"]._now()
        self._as_system().write(
            {
                "state": state,
                "decided_at": now,
                "approver_ids": [fields.Command.clear()],
                "has_nobody": False,
            }
        )

    def _withdraw(self):
        """The requester takes the question back; nothing is granted any more."""
        self.ensure_one()
        if is_stored_code() or self.env.uid != self.requester_id.id:
            raise AccessError(
                self.env._("Only who asked for it can take the question back.")
            )
        self._lock()
        self._end("withdrawn")
        self._record("approval.withdrawn", self, {"kind": self.kind})
        record = self.sudo()._get_record()  # sudo: as in _move_on
        if record and hasattr(record, "_on_approval_withdrawn"):
            record._on_approval_withdrawn(self)
        return True
