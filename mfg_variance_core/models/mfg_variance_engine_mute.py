from odoo import models

from ..domain import inhibitions, outcomes, silences

# what a mute names on the measurement it mutes
MUTED_BY = (
    "muted_by_silence_id",
    "muted_by_inhibition_id",
    "muted_by_exception_id",
    "muted_by_log_id",
)
PLACES = {
    "workcenter": "workcenter_id",
    "order": "production_id",
    "lot": "lot_id",
    "product": "product_id",
}


class MfgVarianceEngine(models.AbstractModel):
    """What is shelved, explained by its cause, or only flickers, bothers nobody.

    Everything is derived from rows when something goes beyond a limit: a restart
    changes nothing, and an order with nothing wrong asks nothing.
    """

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    def _mute(self, metric, judged):
        """Turn openings into shelved or suppressed ones, each naming what mutes it.

        Returns the readings to go on with: running work muted as it was is dropped.
        """
        due = [one for one in judged if one.outcome == outcomes.OPENED]
        if not due:
            return judged
        for one in due:
            one.fingerprint = self._get_fingerprint(metric, one)
        categories = self._get_category_path(metric.category_id)
        self._silence(metric, due, categories)
        due = [one for one in due if one.outcome == outcomes.OPENED]
        self._inhibit(metric, due, categories)
        muted = [one for one in judged if one.outcome in outcomes.MUTED]
        if not muted:
            return judged
        self._link_open_cases(muted)
        return [one for one in judged if not self._is_muted_as_before(one)]

    def _get_category_path(self, category):
        """The ids of a category and of all above it."""
        path = (category.parent_path or "").strip("/").split("/")
        return tuple(int(node) for node in path if node)

    def _link_open_cases(self, muted):
        """A case that is open shows what was muted meanwhile, without counting it."""
        known = self._find_cases([one.fingerprint for one in muted])
        for one in muted:
            case = known.get(one.fingerprint)
            if case and case.is_open:
                one.exception = case
            else:
                one.exception = one.replaced.exception_id[-1:]

    def _is_muted_as_before(self, one):
        """Running work whose current row says the same already."""
        row = one.replaced.filtered(lambda row: row.phase == "running")[-1:]
        if not row or one.outcome not in outcomes.MUTED or row != one.replaced:
            return False
        is_running = any(end is None for _start, end in one.fact.intervals)
        return (
            is_running
            and row.outcome == one.outcome
            and row.severity == one.verdict.severity
            and all(row[name].id == one.muted_by.get(name, False) for name in MUTED_BY)
        )

    # ---------------------------------------------------------------- shelving

    def _silence(self, metric, due, categories):
        Silence = self.env["mfg.variance.silence"]
        live = Silence._get_live()
        if not live:
            return
        for one in due:
            muted = silences.mute(live, self._get_signal(metric, one, categories))
            # one that accepts a single case is over once that case is worse
            one.outgrown = tuple(
                silence for silence in muted.outgrown if silence.fingerprint
            )
            if muted.silence:
                self._name_silenced(one, Silence.browse(muted.silence.id))

    def _name_silenced(self, one, silence):
        one.outcome = outcomes.SILENCED
        one.muted_by = {"muted_by_silence_id": silence.id}
        one.detail = self.env._(
            "%(sentence)s Shelved by %(silence)s until %(end)s UTC.",
            sentence=one.detail,
            silence=silence.display_name,
            end=silence._get_end(),
        )

    def _get_signal(self, metric, one, categories):
        dims = one.fact.dims
        return silences.Signal(
            company=dims["company_id"],
            event_at=one.fact.event_at,
            severity=one.verdict.severity,
            plant=dims.get("plant_id"),
            categories=categories,
            metric=metric.id,
            policy=one.version.policy_id,
            product=dims.get("product_id"),
            operation=dims.get("operation_id"),
            workcenter=dims.get("workcenter_id"),
            fingerprint=one.fingerprint,
            deviation=one.verdict.deviation,
        )

    def _end_outgrown(self, one):
        """What was accepted is worse now: that is over, and the case calls again."""
        rows = self.env["mfg.variance.silence"].browse(
            [silence.id for silence in one.outgrown]
        )
        rows._end(
            self.env._("It became worse than what was accepted."), one.fact.event_at
        )
        incident = one.exception and one.exception.incident_id
        if incident and incident.told_severity:
            incident._as_system().write({"told_severity": False})

    # -------------------------------------------------------------- inhibition

    def _inhibit(self, metric, due, categories):
        """Suppress readings that a rule's cause explains.

        Windows are left out: the readings a cause explains are no events of theirs.
        """
        rules = self.env["mfg.variance.inhibition"]._get_live()
        concerned = []
        for one in due:
            if one.fact.pattern:
                continue
            symptom = self._get_symptom(metric, one, categories)
            mine = [rule for rule in rules if inhibitions.concerns(rule, symptom)]
            if mine:
                concerned.append((one, symptom, mine))
        if not concerned:
            return
        causes = self._get_stops(concerned) + self._get_cause_cases(concerned)
        for one, symptom, mine in concerned:
            found = inhibitions.inhibit(mine, causes, symptom)
            if found:
                self._name_inhibited(one, *found)

    def _name_inhibited(self, one, rule, cause):
        link = "log" if cause.kind == inhibitions.DOWNTIME else "exception"
        one.outcome = outcomes.INHIBITED
        one.muted_by = {
            "muted_by_inhibition_id": rule.id,
            f"muted_by_{link}_id": cause.id,
        }
        one.detail = self.env._(
            "%(sentence)s Explained by %(cause)s (%(rule)s).",
            sentence=one.detail,
            cause=cause.name,
            rule=rule.name,
        )

    def _get_symptom(self, metric, one, categories):
        dims = one.fact.dims
        return inhibitions.Symptom(
            company=dims["company_id"],
            event_at=one.fact.event_at,
            place={word: dims.get(name) for word, name in PLACES.items()},
            categories=categories,
            metric=metric.id,
            fingerprint=one.fingerprint,
        )

    def _get_stops(self, concerned):
        """The stops of the work centers around these, in one look."""
        symptoms = [
            symptom
            for _one, symptom, rules in concerned
            if any(rule.cause == inhibitions.DOWNTIME for rule in rules)
        ]
        if not symptoms:
            return []
        moments = [symptom.event_at for symptom in symptoms]
        logs = self.env["mrp.workcenter.productivity"].search(
            [
                (
                    "workcenter_id",
                    "in",
                    list({symptom.place["workcenter"] for symptom in symptoms}),
                ),
                ("loss_id.loss_type", "=", "availability"),
                ("date_start", "<=", max(moments)),
                "|",
                ("date_end", "=", False),
                ("date_end", ">", min(moments)),
            ],
            order="date_start, id",
        )
        return [
            inhibitions.Cause(
                kind=inhibitions.DOWNTIME,
                id=log.id,
                name=self.env._(
                    "%(center)s stopped since %(start)s UTC: %(loss)s",
                    center=log.workcenter_id.display_name,
                    start=log.date_start.replace(microsecond=0),
                    loss=log.loss_id.name,
                ),
                company=log.company_id.id,
                starts_at=log.date_start,
                ends_at=log.date_end or None,
                place={"workcenter": log.workcenter_id.id},
            )
            for log in logs
        ]

    def _get_cause_cases(self, concerned):
        """The open cases in the places of these that a rule names as a cause."""
        rules = {rule for _one, _symptom, mine in concerned for rule in mine}
        rules = [rule for rule in rules if rule.cause == inhibitions.CASE]
        if not rules:
            return []
        symptoms = [symptom for _one, symptom, _mine in concerned]
        domain = [
            ("company_id", "in", list({symptom.company for symptom in symptoms})),
            ("is_open", "=", True),
            ("cleared_at", "=", False),
            ("first_event_at", "<=", max(symptom.event_at for symptom in symptoms)),
        ]
        words = sorted({rule.same for rule in rules})
        domain += ["|"] * (len(words) - 1)
        domain += [
            (
                PLACES[word],
                "in",
                list({symptom.place[word] for symptom in symptoms} - {None, False}),
            )
            for word in words
        ]
        cases = self.env["mfg.variance.exception"].search(domain, order="id")
        return [
            inhibitions.Cause(
                kind=inhibitions.CASE,
                id=case.id,
                name=case.display_name,
                company=case.company_id.id,
                starts_at=case.first_event_at,
                place={word: case[name].id for word, name in PLACES.items()},
                categories=self._get_category_path(case.category_id),
                metric=case.metric_id.id or None,
                fingerprint=case.fingerprint,
            )
            for case in cases
        ]

    # ------------------------------------------------------- coming and going

    def _merge(self, one, case, react):
        came_back = case.cleared_at or case.quiet_since
        # what is known late, of before it cleared, is not the condition coming back
        came_back = came_back and came_back <= one.fact.event_at
        result = super()._merge(one, case, react)
        if came_back:
            case._note_coming_back(one.fact.event_at, one.version)
        if one.outgrown:
            self._end_outgrown(one)
            if not any(known == case for known, _before, _one in react):
                react.append((case, None, one))
        return result

    def _follow_up(self, one, case, react):
        is_new = super()._follow_up(one, case, react)
        if not is_new and case.is_open:
            case._note_coming_back(one.fact.event_at, one.version)
        if one.outgrown and (is_new or case.is_open):
            self._end_outgrown(one)
        return is_new

    def _settle_chatter(self):
        """Clear what was held as chattering and has been quiet long enough."""
        now = self._now()
        held = self.env["mfg.variance.exception"].search(
            [
                ("is_open", "=", True),
                ("quiet_since", "!=", False),
                ("chattering_until", "<=", now),
            ]
        )
        for moment, cases in held.grouped("quiet_since").items():
            cases._filter_clearing()._clear(moment)
        held._as_system().write({"quiet_since": False})
