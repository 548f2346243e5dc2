from collections import Counter
from dataclasses import asdict

from odoo import fields, models
from odoo.fields import Domain

from ..domain import handover as rules
from ..domain import outcomes

# what one sheet can carry; the count says how many there are
MOST_LINES = 100
MOST_CASES = 2000
# how far ahead the next shift is told what is about to cross a limit
WATCHED_HOURS = 8


class MfgVarianceHandover(models.Model):
    """The content of a hand-over: sections by the rules of the domain, and figures."""

    _name = "mfg.variance.handover"
    _inherit = "mfg.variance.handover"

    def _make(self):
        """Read the turn and store its sections and figures."""
        self.ensure_one()
        cases = self._get_cases()
        lines = {case: self._to_line(case) for case in cases}
        now = self.env["mfg.variance.engine"]._now()
        as_of = min(now, self.ends_at)
        counted = rules.figures(lines.values(), self.starts_at, self.ends_at, as_of)
        snapshot = {
            "figures": {**asdict(counted), **self._get_measured()},
            "sections": [
                *self._make_sections(lines, as_of),
                self._make_watch(lines, now),
            ],
            "is_cut": len(cases) == MOST_CASES,
        }
        self._as_system().write(
            {
                "snapshot": snapshot,
                "made_at": now,
                "opened_count": counted.opened,
                "closed_count": counted.closed,
                "open_count": counted.left_open,
                "overdue_count": counted.overdue,
            }
        )

    def _get_cases(self):
        """The cases known by the end of the turn that were not closed before it."""
        return self.env["mfg.variance.exception"].search(
            Domain("plant_id", "=", self.plant_id.id)
            & Domain("detected_at", "<", self.ends_at)
            & (
                Domain("is_open", "=", True) | Domain("closed_at", ">=", self.starts_at)
            ),
            order="detected_at desc, id desc",
            limit=MOST_CASES,
        )

    def _to_line(self, case):
        return rules.Line(
            id=case.id,
            severity=case.severity,
            detected_at=case.detected_at or case.create_date,
            closed_at=case.closed_at or None,
            acknowledged_at=case.acknowledged_at or None,
            cleared_at=case.cleared_at or None,
            respond_by=case.respond_by or None,
            amount=case.amount,
            occurrences=case.occurrence_count,
        )

    def _make_sections(self, lines, as_of):
        titles = {rules.OPEN: self.env._("Open"), rules.DONE: self.env._("Done")}
        by_id = {case.id: case for case in lines}
        sections = []
        for key, title in titles.items():
            mine = [
                line
                for line in lines.values()
                if rules.section_of(line, self.starts_at, self.ends_at) == key
            ]
            sections.append(
                {
                    "key": key,
                    "title": title,
                    "count": len(mine),
                    "lines": [
                        self._make_case_line(by_id[line.id], line, as_of)
                        for line in rules.in_order(mine)[:MOST_LINES]
                    ],
                }
            )
        return sections

    def _make_case_line(self, case, line, as_of):
        case = case.sudo()  # sudo: names of places and orders on the sheet
        severities = dict(case._fields["severity"]._description_selection(self.env))
        resolutions = dict(case._fields["resolution"]._description_selection(self.env))
        return {
            "case_id": case.id,
            "name": case.name,
            "title": case.title,
            "severity": case.severity,
            "severity_label": severities[case.severity],
            "state": case._get_state_label(case.state),
            "place": case.workcenter_id.name or "",
            "order": case.production_id.name or "",
            "owner": case.owner_id.name or "",
            "cause": case.cause_id.name or "",
            "resolution": resolutions.get(case.resolution, ""),
            "what_to_do": case.what_to_do or "",
            "events": line.occurrences,
            "amount": line.amount,
            "is_new": rules.is_new(line, self.starts_at, self.ends_at),
            "is_overdue": rules.is_overdue(line, as_of),
        }

    def _make_watch(self, lines, now):
        """What may go wrong next: work close to a limit, and what keeps repeating."""
        repeating = [
            (case, line)
            for case, line in lines.items()
            if rules.section_of(line, self.starts_at, self.ends_at) == rules.OPEN
            and rules.is_pattern(line)
        ]
        rows = [
            {
                "case_id": line.id,
                "name": case.name,
                "title": case.title,
                "why": self.env._("Happened %(count)s times.", count=line.occurrences),
            }
            for case, line in sorted(repeating, key=lambda pair: -pair[1].occurrences)
        ]
        rows += self._get_close_to_limit(now)
        return {
            "key": "watch",
            "title": self.env._("Watch"),
            "count": len(rows),
            "lines": rows[:MOST_LINES],
        }

    def _get_close_to_limit(self, now):
        until = fields.Datetime.add(now, hours=WATCHED_HOURS)
        # sudo: work of this plant, also without a role in Manufacturing
        watches = self.env["mfg.variance.watch"].sudo()
        watches = watches.search(
            [
                ("next_crossing_at", ">=", now),
                ("next_crossing_at", "<", until),
                ("company_id", "=", self.company_id.id),
                ("workorder_id.state", "=", "progress"),
                "|",
                ("workorder_id.workcenter_id.variance_plant_id", "=", self.plant_id.id),
                "&",
                ("workorder_id.workcenter_id.variance_plant_id", "=", False),
                (
                    "workorder_id.production_id.picking_type_id.warehouse_id",
                    "=",
                    self.plant_id.warehouse_id.id,
                ),
            ],
            limit=MOST_LINES,
        )
        severities = dict(watches._fields["severity"]._description_selection(self.env))
        return [
            {
                "case_id": False,
                "name": work.production_id.name,
                "title": f"{work.name} · {work.workcenter_id.name}",
                "why": self.env._(
                    "Becomes %(severity)s in %(minutes)s minutes if it keeps running.",
                    severity=severities.get(watch.severity, ""),
                    minutes=round((watch.next_crossing_at - now).total_seconds() / 60),
                ),
            }
            for watch in watches
            for work in [watch.workorder_id]
        ]

    def _get_measured(self):
        """Events beyond a limit in the turn, with the minutes and money they lost."""
        rows = self.env["mfg.variance.measurement"]._read_group(
            [
                ("plant_id", "=", self.plant_id.id),
                ("event_at", ">=", self.starts_at),
                ("event_at", "<", self.ends_at),
                ("superseded_by_id", "=", False),
                ("outcome", "in", (outcomes.OPENED, outcomes.MERGED)),
            ],
            ["unit", "amount_kind"],
            ["__count", "deviation:sum", "amount:sum"],
        )
        total = Counter()
        for unit, kind, count, deviation, amount in rows:
            total["events"] += count
            if unit == "min":
                total["minutes"] += deviation or 0
            if kind in ("loss", "at_risk"):
                total["money"] += amount or 0
        return {
            "events": total["events"],
            "minutes": round(total["minutes"]),
            "money": total["money"],
            "currency": self.company_id.currency_id.id,
        }

    def _get_content(self):
        """What the template shows: figures as words, and the sections."""
        self.ensure_one()
        snapshot = self.snapshot or {"figures": {}, "sections": []}
        found = snapshot["figures"]
        currency = self.env["res.currency"].browse(found.get("currency") or [])
        money = currency.format(found.get("money", 0)) if currency else ""
        return {
            "figures": [
                (self.env._("Events"), found.get("events", 0)),
                (self.env._("Cases opened"), found.get("opened", 0)),
                (self.env._("Cases closed"), found.get("closed", 0)),
                (self.env._("Left open"), found.get("left_open", 0)),
                (self.env._("Overdue"), found.get("overdue", 0)),
                (self.env._("Minutes lost"), found.get("minutes", 0)),
                (self.env._("Money"), money),
            ],
            "sections": snapshot["sections"],
            "is_cut": snapshot.get("is_cut"),
            "most": MOST_CASES,
            "format_money": currency.format if currency else str,
        }
