from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..domain.floor import deviation_text, headline, next_step

PAGE = 50
# a screen nobody reads to the end needs no more; the list views show all
MOST_CARDS = 500
MOST_COUNTED = 10_000
MOST_ACTIVITIES = 200
# by minutes left, then by money; what has no clock comes last
CARD_ORDER = "respond_by, amount desc, id"
CARD_FIELDS = (
    "name",
    "title",
    "severity",
    "track",
    "state",
    "company_id",
    "plant_id",
    "category_id",
    "workcenter_id",
    "production_id",
    "workorder_id",
    "owner_id",
    "respond_by",
    "respond_clock",
    "is_likely_late",
    "paused_for",
    "cleared_at",
    "deviation",
    "deviation_percent",
    "unit",
    "currency_id",
)


class MfgVarianceFloor(models.AbstractModel):
    """What one person on the floor is shown, in a number of queries that is fixed.

    Reads only, with the rights and record rules of the person who asks.
    """

    _name = "mfg.variance.floor"
    _description = "Shop Floor Screens"

    # -------------------------------------------------------------- my shift

    @api.model
    @api.readonly
    def action_get_my_shift(
        self, plant_id=False, workcenter_id=False, focus=None, limits=None
    ):
        """The sections of *My shift*, each with its first cards and its count.

        ``focus`` is a record found by :meth:`action_find`; ``limits`` the number of
        cards by section once somebody asked for more of them.
        """
        self._check_is_operator()
        place = self._get_place_domain(plant_id, workcenter_id, focus)
        sections, cases = [], self.env["mfg.variance.exception"]
        for key, title, empty, domain in self._get_sections():
            limit = self._get_limit((limits or {}).get(key))
            found, count = self._search_cases(domain & place, limit)
            sections.append(
                {"key": key, "title": title, "empty": empty, "count": count}
                | {"most": MOST_COUNTED, "cases": found}
            )
        shown = cases.union(*(section["cases"] for section in sections))
        todos = self._get_todos()
        causes = self._get_causes(shown)
        for section in sections:
            section["cards"] = [
                self._prepare_card(case, causes, todos)
                for case in section.pop("cases").sudo()  # sudo: names on the cards
            ]
        sections.append(self._get_waiting(place, shown, todos))
        return {
            "now": fields.Datetime.to_string(self.env["mfg.variance.engine"]._now()),
            "is_supervisor": self._is_supervisor(),
            "sections": sections,
            "causes": causes,
            "places": self._get_places(),
        }

    def _search_cases(self, domain, limit):
        """The first cases by time left, then by money, and how many there are.

        Money is read from the measurements, so it is asked only of the cases that can
        be among the first: of many thousands, those due by the same moment as the last.
        """
        Case = self.env["mfg.variance.exception"]
        found = Case.search_fetch(
            domain, CARD_FIELDS, order="respond_by, id", limit=limit + 1
        )
        if len(found) <= limit:
            return self._sort_cases(found), len(found)
        last = found[limit - 1].respond_by
        sooner = found[:limit].filtered(lambda case: case.respond_by != last)
        level = Case.search_fetch(
            domain & Domain("respond_by", "=", last),
            CARD_FIELDS,
            order=CARD_ORDER,
            limit=limit - len(sooner),
        )
        count = Case.search_count(domain, limit=MOST_COUNTED + 1)
        return self._sort_cases(sooner) + level, count

    def _sort_cases(self, cases):
        return cases.sorted(
            lambda case: (
                case.respond_by or datetime.max,
                -case.amount,
                case.id,
            )
        )

    def _check_is_operator(self):
        if not self.env.user.has_group("mfg_variance_core.group_operator"):
            raise AccessError(
                self.env._(
                    "My shift needs the role Operator of variance control. Ask your "
                    "supervisor for it."
                )
            )

    def _is_supervisor(self):
        return self.env.user.has_group("mfg_variance_core.group_supervisor")

    def _get_limit(self, asked):
        return min(asked, MOST_CARDS) if isinstance(asked, int) and asked > 0 else PAGE

    def _get_sections(self):
        """``(key, title, sentence when empty, domain)`` of the sections of cases.

        No case is in two of them: what somebody took, or what is over by itself and
        asks for its cause only, is *mine*; the rest of what is off is *now*.
        """
        is_mine = Domain("owner_id", "=", self.env.uid) & (
            Domain("state", "!=", "new") | Domain("cleared_at", "!=", False)
        )
        # an operator handles light cases, and sees the others that are his
        visible = Domain.TRUE
        if not self._is_supervisor():
            visible = Domain("track", "=", "light") | Domain(
                "owner_id", "=", self.env.uid
            )
        is_open = Domain("is_open", "=", True)
        return [
            (
                "now",
                self.env._("Off now"),
                self.env._("Nothing is off. What deviates appears here by itself."),
                is_open
                & Domain("state", "not in", ("resolved", "closed"))
                & Domain("cleared_at", "=", False)
                # what is shelved stands under Shelved, and with whoever took it
                & ~self.env["mfg.variance.exception"]._get_shelved_domain()
                & ~is_mine
                & visible,
            ),
            (
                "mine",
                self.env._("Mine"),
                self.env._("You have nothing in hand."),
                is_open & is_mine,
            ),
        ]

    def _get_place_domain(self, plant_id, workcenter_id, focus):
        domain = Domain.TRUE
        if plant_id:
            domain &= Domain("plant_id", "in", [plant_id, False])
        if workcenter_id:
            domain &= Domain("workcenter_id", "=", workcenter_id)
        record = self._get_focus(focus)
        if record:
            domain &= Domain(self._get_focus_domain(record))
        return domain

    # ----------------------------------------------------------------- cards

    def _prepare_card(self, case, causes, todos):
        place = case.workcenter_id.name or case.plant_id.name or ""
        order = case.production_id.name or ""
        operation = case.workorder_id.name or ""
        return {
            "id": case.id,
            "name": case.name,
            "title": headline(case.title, (place, order, operation)),
            "deviation": deviation_text(
                case.deviation, case.unit or "", case.deviation_percent
            ),
            "severity": case.severity,
            "track": case.track,
            "is_new": case.state == "new",
            "is_cleared": bool(case.cleared_at),
            "is_mine": case.owner_id.id == self.env.uid,
            "place": place,
            "order": order,
            "operation": operation,
            "owner": case.owner_id.name or "",
            "respond_by": fields.Datetime.to_string(case.respond_by) or False,
            "due": self._get_clock_label(case.respond_clock),
            "is_likely_late": case.is_likely_late,
            "waits_for": case.paused_for or "",
            "amount": case.amount,
            "currency_id": case.currency_id.id,
            "count": case.occurrence_count,
            "category_id": case.category_id.id,
            "todo": todos.get(case.id, ""),
            "step": next_step(
                case.track,
                case.state,
                self._is_supervisor(),
                bool(causes.get(case.category_id.id)),
            ),
        }

    def _get_clock_label(self, clock):
        labels = self.env["mfg.variance.exception"]._fields["respond_clock"]
        return dict(labels._description_selection(self.env)).get(clock, "")

    def _get_causes(self, cases):
        """The causes to choose from, by the id of the category."""
        return {
            category.id: [
                {"id": cause.id, "name": cause.name, "icon": cause.icon or "fa-wrench"}
                for cause in category.cause_ids.filtered("active")[:9]
            ]
            for category in cases.category_id
        }

    def _get_activities(self):
        return self.env["mail.activity"].search_fetch(
            [
                ("user_id", "=", self.env.uid),
                ("res_model", "=", "mfg.variance.exception"),
            ],
            ["res_id", "summary", "activity_type_id"],
            order="date_deadline, id",
            limit=MOST_ACTIVITIES,
        )

    def _get_todos(self):
        """What this person was asked to do, by case: the most urgent of each."""
        todos = {}
        for activity in self._get_activities():
            todos.setdefault(
                activity.res_id, activity.summary or activity.activity_type_id.name
            )
        return todos

    def _get_waiting(self, place, shown, todos):
        """What waits for this person apart from the cases above."""
        others = set(todos) - set(shown.ids)
        cases = self.env["mfg.variance.exception"]
        if others:
            cases = cases.search_fetch(
                Domain("id", "in", list(others)) & Domain("is_open", "=", True) & place,
                CARD_FIELDS,
                order=CARD_ORDER,
                limit=PAGE,
            )
        cards = [
            {**self._prepare_card(case, {}, todos), "step": "open"}
            for case in cases.sudo()  # sudo: names on the cards
        ]
        steps = self._get_steps(place)
        approvals, approval_count = self.env["mfg.variance.approval"]._get_floor_cards(
            PAGE
        )
        return {
            "key": "waiting",
            "title": self.env._("Waiting for me"),
            "empty": self.env._("Nobody waits for you."),
            "count": len(cards) + len(steps) + approval_count,
            "most": MOST_COUNTED,
            "cards": cards,
            "steps": steps,
            "approvals": approvals,
        }

    def _get_steps(self, place):
        """The questions of playbooks that this person may answer, soonest first."""
        Step = self.env["mfg.variance.case.step"]
        cases = self.env["mfg.variance.exception"]._search(place)
        waiting = Step.search(
            Domain("state", "=", "waiting")
            & Domain("user_id", "in", [self.env.uid, False])
            & Domain("exception_id.is_open", "=", True)
            & Domain("exception_id", "in", cases),
            order="due_at, id",
            limit=PAGE,
        )
        steps = waiting and Step._get_floor_steps([("id", "in", waiting.ids)])
        return [step for step in steps if step["may_answer"]]

    # ---------------------------------------------------------------- places

    def _get_places(self):
        """The plants and work centers of this person, to choose from."""
        plants = self.env["mfg.variance.plant"].search_fetch([], ["name"])
        return {
            "plants": [{"id": plant.id, "name": plant.name} for plant in plants],
            "centers": [
                {
                    "id": center.id,
                    "name": center.name,
                    "plant_id": center.variance_plant_id.id,
                }
                for center in self._get_centers()
            ],
        }

    def _get_centers(self, workcenter_id=None):
        """The work centers in the places of this person, or the one asked for."""
        user = self.env.user
        domain = Domain("company_id", "in", self.env.companies.ids)
        if user.variance_plant_ids:
            domain &= Domain(
                "variance_plant_id", "in", [*user.variance_plant_ids.ids, False]
            )
        if workcenter_id is not None:
            domain &= Domain("id", "=", workcenter_id)
        # sudo: an operator of ours may have no role in Manufacturing; names and places
        # of the centers of his own companies and plants
        return (
            self.env["mrp.workcenter"]
            .sudo()
            .search_fetch(domain, ["name", "variance_plant_id", "company_id"])
        )

    def _get_plant_of(self, center):
        """The plant of a center; of one without, the only plant of its company."""
        if center.variance_plant_id:
            return center.variance_plant_id
        # sudo: which plants there are; the caller checks whether this one is his
        plants = (
            self.env["mfg.variance.plant"]
            .sudo()
            .search([("company_id", "=", center.company_id.id)], limit=2)
        )
        return plants if len(plants) == 1 else plants.browse()
