from odoo import models
from odoo.exceptions import AccessError

from ...domain import charts, ledger

READERS = (
    "mfg_variance_core.group_supervisor",
    "mfg_variance_core.group_process_engineer",
    "mfg_variance_core.group_auditor",
)
# the readings of one case, a sheet cannot carry more
MOST_READINGS = 60


class MfgVarianceException(models.Model):
    """The evidence of a case as one document, made of sections.

    A section is ``{"key", "title", "kind", ...}``: kind *table* has ``head`` and
    ``rows``, kind *records* has ``records`` of ``(title, [(label, value)])``, kind
    *chart* has ``chart`` beside its rows. An addon overrides
    :meth:`_get_evidence_sections` and adds its own.
    """

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    def action_print_evidence(self):
        """The document: PDF where the server can, a page to print everywhere else."""
        self._check_may_read_evidence()
        reports = self.env["ir.actions.report"]
        can_pdf = reports.get_wkhtmltopdf_state() in ("ok", "upgrade")
        name = "report_evidence_pdf" if can_pdf else "report_evidence"
        return self.env.ref(f"mfg_variance_core.{name}").report_action(self)

    def _check_may_read_evidence(self):
        """It names people: for the shift leader and above, engineers and audits."""
        self.check_access("read")
        if not any(self.env.user.has_group(group) for group in READERS):
            raise AccessError(
                self.env._(
                    "The evidence report names people. It is for supervisors, process "
                    "engineers and auditors."
                )
            )

    def _get_evidence(self):
        """Everything the document shows of this case."""
        self.ensure_one()
        self._check_may_read_evidence()
        # sudo: the case may be read; what belongs to it is shown as a whole
        case = self.sudo()
        return {
            "figures": case._get_evidence_figures(),
            "sections": [
                section for section in case._get_evidence_sections() if section
            ],
            "made_at": case._show_moment(self.env["mfg.variance.engine"]._now()),
            "made_by": self.env.user.name,
            "zone": case._get_evidence_zone(),
        }

    def _get_evidence_figures(self):
        names = (
            "severity",
            "state",
            "plant_id",
            "workcenter_id",
            "production_id",
            "product_id",
            "lot_id",
            "policy_version_id",
            "owner_id",
            "planned",
            "actual",
            "amount",
        )
        return [
            (self._get_label(self, name), self._show_value(self, name))
            for name in names
            if self[name] or name in ("planned", "actual", "amount")
        ]

    def _get_evidence_sections(self):
        """The sections in the order they are read."""
        self.ensure_one()
        return [
            self._get_timeline_section(),
            self._get_reading_section(),
            self._get_step_section(),
            self._get_cost_section(),
            self._get_answer_section(),
            self._get_file_section(),
            self._get_ledger_section(),
        ]

    # ---------------------------------------------------------------- sections

    def _get_timeline_section(self):
        """What happened when and by whom, from the case's clocks and the ledger.

        The number of a row leads to its hash and seal in the section of the ledger.
        """
        lines = [
            (self.first_event_at, self.env._("Happened"), "", "", ""),
            (self.detected_at, self.env._("Detected"), "", "", ""),
        ]
        rows = self._get_ledger_rows()
        if not rows.filtered(lambda row: row.kind.startswith("exception.")):
            lines += self._get_stamp_lines()
        lines += [
            (row.at, row.kind_label, row.summary, row.actor_name, row.id)
            for row in rows
        ]
        lines.sort(key=lambda line: line[0] or self.create_date)
        return self._evidence_table(
            "timeline",
            self.env._("Timeline"),
            (
                self.env._("When"),
                self.env._("What"),
                self.env._("Details"),
                self.env._("Who"),
                self.env._("Row"),
            ),
            [(self._show_moment(line[0]), *line[1:]) for line in lines],
        )

    def _get_stamp_lines(self):
        """The moves of a case that is older than the ledger, by its own stamps."""
        moves = (
            ("acknowledged", "acknowledged_by_id"),
            ("contained", "contained_by_id"),
            ("resolved", "resolved_by_id"),
            ("closed", "closed_by_id"),
        )
        return [
            (self[f"{state}_at"], self._get_state_label(state), "", self[who].name, "")
            for state, who in moves
            if self[f"{state}_at"]
        ]

    def _get_ledger_rows(self):
        rows = self.env["mfg.variance.ledger"].with_context(
            tz=self._get_evidence_zone()
        )
        return rows.search([("case_ref", "=", self.id)], order="id")

    def _get_reading_section(self):
        rows = self.measurement_ids.sorted(lambda row: (row.event_at, row.id))
        names = ("event_at", "metric_id", "planned", "actual", "outcome", "recorded_at")
        section = self._evidence_table(
            "readings",
            self.env._("Measurements"),
            [self._get_label(rows, name) for name in names],
            [
                [self._show_value(row, name) for name in names]
                for row in rows[-MOST_READINGS:]
            ],
        )
        data = self._get_chart_data()
        severities = dict(self._fields["severity"]._description_selection(self.env))
        chart = charts.layout(
            [
                charts.Reading(
                    point["label"],
                    point["planned"] or 0.0,
                    point["actual"] or 0.0,
                    point["severity"] or None,
                    point["is_case"],
                )
                for point in data["points"]
            ],
            [
                charts.Limit(severities[one["severity"]], one["percent"], one["floor"])
                for one in data["limits"]
            ],
            data["direction"] or "higher",
        )
        return {**section, "kind": "chart", "chart": chart, "unit": data["unit"] or ""}

    def _get_step_section(self):
        return self._evidence_records(
            "steps",
            self.env._("Steps for People"),
            self.case_step_ids,
            (
                "asked_at",
                "answer_label",
                "answer_value",
                "answer_note",
                "answered_by_id",
                "answered_at",
                "is_out_of_limits",
            ),
        )

    def _get_cost_section(self):
        rows = self.env["mfg.variance.measurement"]._read_group(
            [("exception_id", "=", self.id), ("is_current", "=", True)],
            ["metric_id", "amount_kind"],
            ["amount:sum"],
        )
        kinds = dict(
            self.env["mfg.variance.measurement"]
            ._fields["amount_kind"]
            ._description_selection(self.env)
        )
        lines = [
            (metric.name, kinds.get(kind, ""), self._show_money(amount))
            for metric, kind, amount in rows
            if amount
        ]
        total = self.env._("Cost of the case")
        return self._evidence_table(
            "costs",
            self.env._("Costs"),
            (self.env._("What"), self.env._("Kind"), self.env._("Amount")),
            [*lines, (total, "", self._show_money(self.amount))],
        )

    def _get_answer_section(self):
        names = (
            "cause_id",
            "resolution",
            "resolution_note",
            "cleared_at",
            "acknowledged_by_id",
            "acknowledged_at",
            "closed_by_id",
            "closed_at",
        )
        return self._evidence_records(
            "answer", self.env._("Cause, Resolution and Verification"), self, names
        )

    def _get_file_section(self):
        """Files with their hash now, held against the one of the ledger."""
        told = {}
        for row in self._get_ledger_rows():
            if row.kind.startswith("evidence."):
                data = row._get_data()
                told[data["file"]] = data["sha256"]
        lines = []
        for file in self._get_evidence_files():
            now = file._get_variance_sha256()
            verdict = self.env._("as hashed into the ledger")
            if file.id not in told:
                verdict = self.env._("older than the ledger")
            elif told[file.id] != now:
                verdict = self.env._("NOT as hashed into the ledger")
            lines.append((file.name, self._show_moment(file.create_date), now, verdict))
        return self._evidence_table(
            "files",
            self.env._("Evidence Files"),
            (
                self.env._("File"),
                self.env._("Added"),
                self.env._("SHA-256"),
                self.env._("Compared"),
            ),
            lines,
        )

    def _get_ledger_section(self):
        """Each row of the case, its own hash and the seal over it."""
        rows = self._get_ledger_rows()
        lines = []
        for row in rows:
            flaw = ledger.flaw(row._get_entry())
            state = self.env._("holds") if not flaw else self.env._("DOES NOT HOLD")
            seal = row.seal_hash or self.env._("not sealed yet")
            lines.append((row.id, row.kind_label, row.content_hash, seal, state))
        return self._evidence_table(
            "ledger",
            self.env._("Ledger"),
            (
                self.env._("Row"),
                self.env._("Event"),
                self.env._("Hash"),
                self.env._("Seal"),
                self.env._("Compared"),
            ),
            lines,
        )
