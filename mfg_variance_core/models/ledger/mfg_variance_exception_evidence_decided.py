from odoo import models

HOLD_FIELDS = (
    "kind",
    "strength",
    "state",
    "reason",
    "product_id",
    "lot_id",
    "quantity",
    "placed_by_id",
    "placed_at",
    "confirmed_by_id",
    "confirmed_at",
    "confirmed_location_id",
    "counted_quantity",
    "weakened_at",
    "lifted_by_id",
    "lifted_at",
    "lifted_for",
)
DISPOSITION_FIELDS = (
    "kind",
    "state",
    "reason",
    "hold_id",
    "quantity",
    "good_quantity",
    "bad_quantity",
    "amount",
    "cost_amount",
    "customer_reference",
    "limit_quantity",
    "limit_at",
    "requested_by_id",
    "requested_at",
    "decided_at",
    "executed_at",
    "failure",
    "scrap_ids",
    "picking_ids",
    "production_ids",
)

TASK_FIELDS = (
    "state",
    "user_id",
    "due_date",
    "done_by_id",
    "done_at",
    "done_note",
    "verified_by_id",
    "verified_at",
    "verification_note",
    "cancelled_by_id",
    "cancel_reason",
)
PAUSE_FIELDS = (
    "waits_for_name",
    "reason",
    "started_by_id",
    "started_at",
    "until",
    "ended_at",
)
CLOCKS = ("acknowledge_by", "contain_by", "decide_by", "resolve_by")


class MfgVarianceException(models.Model):
    """In the evidence: deadlines, what was held, what was decided by whom, tasks."""

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    def _get_evidence_sections(self):
        sections = super()._get_evidence_sections()
        keys = [section and section["key"] for section in sections]
        place = keys.index("costs")
        sections[place:place] = [
            self._get_hold_section(),
            self._get_disposition_section(),
            self._get_approval_section(),
            self._get_task_section(),
        ]
        sections.insert(1, self._get_deadline_section())
        return sections

    def _get_of_case(self, model):
        return self.env[model].search([("exception_id", "=", self.id)], order="id")

    def _get_hold_section(self):
        return self._evidence_records(
            "holds",
            self.env._("Holds"),
            self._get_of_case("mfg.variance.hold"),
            HOLD_FIELDS,
        )

    def _get_disposition_section(self):
        return self._evidence_records(
            "dispositions",
            self.env._("Dispositions"),
            self._get_of_case("mfg.variance.disposition"),
            DISPOSITION_FIELDS,
        )

    def _get_approval_section(self):
        """Each decision with name, time, meaning of the signature and its hash."""
        decisions = self._get_of_case("mfg.variance.approval").decision_ids
        if not decisions:
            return None
        names = (
            "approval_id",
            "verdict",
            "user_id",
            "in_place_of_id",
            "decided_at",
            "meaning",
            "way",
            "reason",
        )
        rows = [
            [
                *(self._show_value(decision, name) for name in names),
                self.env._("holds")
                if decision._is_whole()
                else self.env._("DOES NOT HOLD"),
            ]
            for decision in decisions
        ]
        return self._evidence_table(
            "approvals",
            self.env._("Decisions"),
            [
                *(self._get_label(decisions, name) for name in names),
                self.env._("Compared"),
            ],
            rows,
        )

    def _get_task_section(self):
        """What was to be done, by whom it was, and who verified it."""
        return self._evidence_records(
            "tasks",
            self.env._("Tasks and Their Verification"),
            self._get_of_case("mfg.variance.exception.task"),
            TASK_FIELDS,
        )

    def _get_deadline_section(self):
        """The clocks of the case, and what it waited for meanwhile."""
        pauses = self._get_of_case("mfg.variance.exception.pause")
        section = self._evidence_records(
            "deadlines", self.env._("Deadlines"), self, CLOCKS
        )
        waits = self._evidence_records(
            "pauses", self.env._("Pauses"), pauses, PAUSE_FIELDS
        )
        section["records"] += waits["records"] if waits else []
        return section
