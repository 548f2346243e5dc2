from odoo import api, fields, models
from odoo.tools import SQL

from ...domain import fingerprint, outcomes, proofs
from ..mfg_variance_engine_case import DIM_FIELDS
from .mfg_variance_exception_watch import SECOND

# one event never comes again: the next of its kind do
OF_ONE_EVENT = frozenset(("workorder", "production", "source", "lot"))
KIND_OF_EVENT = ("workcenter", "operation", "product", "component")
LOOK_MINUTES = 15


class MfgVarianceException(models.Model):
    """The detector's own proof that what was done has worked.

    After a case was resolved, the next readings of the same kind are counted: all
    within the limits prove it, one beyond opens the case again.
    """

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    proof_needed = fields.Integer(
        string="Orders to Prove It", readonly=True, help="As the policy asks."
    )
    proof_count = fields.Integer(string="Proved by So Far", readonly=True)
    proven_at = fields.Datetime(string="Proven", readonly=True)
    saving_amount = fields.Monetary(
        string="Saving",
        readonly=True,
        help="What the orders that prove it cost less than those of the case. Told "
        "beside the loss, never added to it.",
    )
    saving_formula = fields.Char(readonly=True)

    # -------------------------------------------------------------------- gate

    def _get_gate_needs(self, to):
        needs = super()._get_gate_needs(to)
        is_due = to == "closed" and not self.cleared_at and not self.proven_at
        if is_due and self.proof_needed:
            needs.append(
                self.env._(
                    "The detector has to prove it: %(count)s of the next %(needed)s "
                    "readings were within the limits so far.",
                    count=self.proof_count,
                    needed=self.proof_needed,
                )
            )
        return needs

    def _prepare_stamp_vals(self, state, now):
        vals = super()._prepare_stamp_vals(state, now)
        if state == "resolved" and self.track == "full":
            vals |= {
                **self._prepare_unproven_vals(),
                "proof_needed": self.policy_version_id.verify_orders,
            }
        elif state in ("new", "resolving"):
            vals |= self._prepare_unproven_vals()
        return vals

    def _prepare_reopen_vals(self):
        return super()._prepare_reopen_vals() | self._prepare_unproven_vals()

    def _prepare_unproven_vals(self):
        return {
            "proof_needed": 0,
            "proof_count": 0,
            "proven_at": False,
            "saving_amount": 0.0,
            "saving_formula": False,
        }

    # ------------------------------------------------------------------- proof

    def _is_proof_due(self):
        self.ensure_one()
        return bool(
            self.state == "resolved"
            and self.proof_needed
            and not self.proven_at
            and not self.cleared_at
        )

    def _needs_look(self):
        return super()._needs_look() or self._is_proof_due()

    def _filter_clearing(self):
        """A reading within the limits proves a resolved case, and counts for that."""
        clearing = super()._filter_clearing()
        return clearing.filtered(lambda case: not case._is_proof_due())

    def _look_ahead(self, now):
        moments = super()._look_ahead(now)
        if self._is_proof_due():
            self._prove(now)
        if self._is_proof_due():
            moments.append(fields.Datetime.add(now, minutes=LOOK_MINUTES) + SECOND)
        return moments

    def _prove(self, now):
        """Count what was judged since; prove the case, or open it again."""
        rows = self.env["mfg.variance.measurement"].search(
            self._get_proof_domain(), order="event_at, id", limit=self.proof_needed
        )
        verdict = proofs.judge([row.outcome for row in rows], self.proof_needed)
        if verdict.is_refuted:
            return self._refute(rows[verdict.count])
        vals = {"proof_count": verdict.count}
        if verdict.is_proven:
            vals |= {"proven_at": now, **self._prepare_saving_vals(rows)}
        self._as_system().write(vals)
        if verdict.is_proven:
            self.env["mfg.variance.ledger"]._append(
                "exception.proven",
                self,
                {"readings": rows.ids, "saving": vals["saving_formula"] or ""},
            )

    def _get_proof_domain(self):
        """Readings of the same kind that were judged since the case was resolved."""
        self.ensure_one()
        keys = fingerprint.DIMENSIONS[self.policy_version_id.fingerprint_dims]
        if OF_ONE_EVENT & set(keys):
            keys = [key for key in KIND_OF_EVENT if self[DIM_FIELDS[key]]]
        return [
            ("metric_id", "=", self.metric_id.id),
            ("company_id", "=", self.company_id.id),
            ("policy_version_id.policy_id", "=", self.policy_id.id),
            ("is_current", "=", True),
            ("phase", "!=", "running"),
            ("event_at", ">", self.resolved_at),
            (
                "outcome",
                "in",
                (outcomes.WITHIN, outcomes.SHADED, *outcomes.BEYOND),
            ),
            *((DIM_FIELDS[key], "=", self[DIM_FIELDS[key]].id) for key in keys),
        ]

    def _refute(self, row):
        """It happened again before it was proven: the case comes back."""
        self._reopen_as_regression()
        self.sudo().message_post(  # sudo: a note of the engine's
            body=self.env._(
                "Opened again: the reading of %(moment)s UTC was beyond the limits "
                "before the case was proven.",
                moment=row.event_at,
            )
        )
        self.playbook_id._run(self)

    # ------------------------------------------------------------------ saving

    def _prepare_saving_vals(self, rows):
        """What the proving readings cost less than those of the case."""
        before = self._get_amounts(
            self.measurement_ids.filtered(
                lambda row: row.is_current and row.outcome in outcomes.BEYOND
            )
        )
        saving = proofs.saving(before, self._get_amounts(rows))
        if saving is None:
            return {"saving_amount": 0.0, "saving_formula": False}
        return {
            "saving_amount": saving.amount,
            "saving_formula": self.env._(
                "%(count)s readings at %(after)s instead of %(before)s",
                count=saving.count,
                after=f"{saving.after:.2f}",
                before=f"{saving.before:.2f}",
            ),
        }

    @api.model
    def _get_amounts(self, rows):
        """The amounts of these readings; None where nobody knows one (rule 11)."""
        if not rows:
            return []
        self.env["mfg.variance.measurement"].flush_model(["amount", "amount_kind"])
        found = self.env.execute_query(
            SQL(
                "SELECT CASE WHEN amount_kind IN ('loss', 'at_risk') THEN amount END "
                "FROM mfg_variance_measurement WHERE id IN %s",
                tuple(rows.ids),
            )
        )
        return [amount for (amount,) in found]
