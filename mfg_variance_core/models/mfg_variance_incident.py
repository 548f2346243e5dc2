from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..domain import incidents, outcomes
from ..guard import check_person
from .mfg_variance_measurement import SEVERITY_SELECTION

SUPERVISOR = "mfg_variance_core.group_supervisor"


class MfgVarianceIncident(models.Model):
    """Cases that belong together: one owner, and one call for all of them.

    A new case joins the open incident of its order, its lot, or its work center and
    hours. An incident closes with the last of its cases and stays closed. Which two
    could start the same one is refused by the database, so that the later request is
    repeated and joins the first (D9).
    """

    _name = "mfg.variance.incident"
    _description = "Variance Incident"
    _inherit = ["mail.thread", "mfg.variance.guarded"]
    _order = "id desc"
    _rec_names_search = ["name", "title"]

    name = fields.Char(string="Reference", required=True, readonly=True)
    title = fields.Char(required=True, readonly=True)
    is_open = fields.Boolean(default=True, readonly=True)
    severity = fields.Selection(
        SEVERITY_SELECTION, required=True, readonly=True, help="The worst of its cases."
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    plant_id = fields.Many2one(
        "mfg.variance.plant", index=True, readonly=True, ondelete="restrict"
    )
    owner_id = fields.Many2one("res.users", index=True, readonly=True)
    production_id = fields.Many2one(
        "mrp.production", string="Manufacturing Order", readonly=True
    )
    lot_id = fields.Many2one("stock.lot", readonly=True)
    workcenter_id = fields.Many2one(
        "mrp.workcenter", string="Work Center", readonly=True
    )
    first_event_at = fields.Datetime(string="Happened", readonly=True)
    last_event_at = fields.Datetime(string="Last Event", compute="_compute_totals")
    opened_at = fields.Datetime(string="Opened", readonly=True)
    changed_at = fields.Datetime(
        readonly=True, help="When a case was last closed or moved."
    )
    closed_at = fields.Datetime(string="Closed", readonly=True)
    exception_ids = fields.One2many(
        "mfg.variance.exception", "incident_id", string="Cases", readonly=True
    )
    case_count = fields.Integer(string="Number of Cases", compute="_compute_totals")
    open_count = fields.Integer(string="Open Cases", compute="_compute_totals")
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(string="Cost", compute="_compute_totals")
    told_severity = fields.Selection(
        SEVERITY_SELECTION, readonly=True, help="The worst its owner was called for."
    )
    merged_into_id = fields.Many2one("mfg.variance.incident", readonly=True)
    # what no two open incidents may start with; empty for one split off by hand
    order_key = fields.Char(readonly=True, copy=False)
    lot_key = fields.Char(readonly=True, copy=False)
    workcenter_key = fields.Char(readonly=True, copy=False)

    _one_per_order = models.UniqueIndex(
        "(order_key) WHERE is_open", "This order has an open incident already."
    )
    _one_per_lot = models.UniqueIndex(
        "(lot_key) WHERE is_open", "This lot has an open incident already."
    )
    _one_per_workcenter = models.UniqueIndex(
        "(workcenter_key) WHERE is_open",
        "This work center has an open incident already.",
    )

    @property
    def _guarded_fields(self):
        """Everything of ours but chatter, which has its own guards."""
        return self.env.registry["mfg.variance.incident"]._own_field_names()

    @classmethod
    def _own_field_names(cls):
        return frozenset(
            name
            for name, field in cls._fields.items()
            if not name.startswith(("message_", "website_", "rating_"))
            and (field.store or field.inverse)
        )

    @api.depends("exception_ids")
    def _compute_totals(self):
        for incident in self:
            cases = incident.exception_ids
            incident.case_count = len(cases)
            incident.open_count = len(cases.filtered("is_open"))
            incident.amount = sum(cases.mapped("amount"))
            events = [moment for moment in cases.mapped("last_event_at") if moment]
            incident.last_event_at = max(events, default=incident.first_event_at)

    @api.depends("name", "title")
    def _compute_display_name(self):
        for incident in self:
            incident.display_name = " ".join(
                part for part in (incident.name, incident.title) if part
            )

    def _is_log_kept(self):
        """Who grouped what is evidence as long as there is the incident."""
        return True

    # ------------------------------------------------------------ the engine

    @api.model
    def _assign(self, vals_list):
        """Give the values of new cases their incident, in one look and one insert.

        The case takes the owner of the incident it joins. A bundle of a flood, and
        what is about no order, lot or work center, has none.
        """
        subjects = {}
        for index, vals in enumerate(vals_list):
            subject = self._get_subject(vals)
            if incidents.is_groupable(subject) and not vals.get("is_meta"):
                subjects[index] = subject
        if not subjects:
            return
        members = self._get_members(subjects.values())
        # a new one has no id yet: it is told apart by a number below zero
        fresh, joined = {}, {}
        for index, subject in subjects.items():
            window = self._get_window(subject.company)
            found = incidents.join(subject, members, window)
            number = found.incident if found else -1 - len(fresh)
            if not found:
                fresh[number] = [index]
            elif number < 0:
                fresh[number].append(index)
            members.append(incidents.Member(number, subject))
            joined[index] = number
        created = self._start(fresh, subjects, vals_list)
        for index, number in joined.items():
            incident = created.get(number) or self.browse(number)
            self._take_in(incident, vals_list[index])

    def _start(self, fresh, subjects, vals_list):
        """``{number: incident}`` of the new ones, each about the first of its cases."""
        if not fresh:
            return {}
        rows = self._as_system().with_context(
            mail_create_nosubscribe=True,
            mail_create_nolog=True,
            tracking_disable=True,
        )
        rows = rows.create(
            [
                self._prepare_vals(vals_list[group[0]], subjects[group[0]])
                for group in fresh.values()
            ]
        )
        # the database speaks now, while the request can still be repeated
        rows.flush_recordset()
        return dict(zip(fresh, self.browse(rows.ids), strict=True))

    def _take_in(self, incident, vals):
        vals["incident_id"] = incident.id
        if incident.owner_id and incident.owner_id.id != vals.get("owner_id"):
            vals |= {"owner_id": incident.owner_id.id, "owner_reason": False}
        incident._raise_to(vals["severity"])

    @api.model
    def _prepare_vals(self, vals, subject):
        sequence = self.env["ir.sequence"].sudo()  # sudo: numbering only
        keys = incidents.keys(subject, self._get_window(subject.company))
        copied = (
            "title",
            "severity",
            "company_id",
            "plant_id",
            "owner_id",
            "production_id",
            "lot_id",
            "workcenter_id",
            "first_event_at",
            "currency_id",
        )
        return {
            **{name: vals.get(name) for name in copied},
            "name": sequence.next_by_code("mfg.variance.incident"),
            "opened_at": self.env["mfg.variance.engine"]._now(),
            "order_key": keys["order"],
            "lot_key": keys["lot"],
            "workcenter_key": keys["workcenter"],
        }

    @api.model
    def _get_subject(self, vals):
        return incidents.Subject(
            company=vals["company_id"],
            order=vals.get("production_id") or None,
            lot=vals.get("lot_id") or None,
            workcenter=vals.get("workcenter_id") or None,
            event_at=vals.get("first_event_at"),
        )

    def _get_window(self, company_id):
        return self.env["res.company"].browse(company_id).variance_incident_hours

    @api.model
    def _get_members(self, subjects):
        """What is in open incidents already and could be related to these.

        An incident itself counts as one about what it was started for, also when that
        case was moved elsewhere: its keys are taken as long as it is open.
        """
        places = {
            "production_id": {one.order for one in subjects if one.order},
            "lot_id": {one.lot for one in subjects if one.lot},
            "workcenter_id": {one.workcenter for one in subjects if one.workcenter},
        }
        place = Domain.OR(
            [(name, "in", list(ids))] for name, ids in places.items() if ids
        )
        companies = [("company_id", "in", list({one.company for one in subjects}))]
        # sudo: what belongs together does not depend on who looks
        cases = self.env["mfg.variance.exception"].sudo()
        cases = cases.search(place & Domain("incident_id.is_open", "=", True))
        starters = self.sudo().search(
            place & Domain(companies) & Domain("is_open", "=", True)
        )
        members = [(case.incident_id.id, case) for case in cases]
        members += [(one.id, one) for one in starters if one._has_keys()]
        return [
            incidents.Member(
                incident_id,
                incidents.Subject(
                    company=record.company_id.id,
                    order=record.production_id.id or None,
                    lot=record.lot_id.id or None,
                    workcenter=record.workcenter_id.id or None,
                    event_at=record.first_event_at,
                ),
            )
            for incident_id, record in members
        ]

    def _has_keys(self):
        return bool(self.order_key or self.lot_key or self.workcenter_key)

    def _raise_to(self, severity):
        """Take over a higher severity of one of its cases."""
        for incident in self:
            if outcomes.rank(severity) > outcomes.rank(incident.severity):
                incident._as_system().write({"severity": severity})

    def _close_done(self):
        """Close the incidents whose cases are all closed.

        The row is written either way: of two who close the last two cases at once
        the later one starts over, and sees that nothing is left.
        """
        if not self:
            return
        now = self.env["mfg.variance.engine"]._now()
        # sudo: all the cases, also those the person at work may not see
        for incident in self.sudo():
            vals = {"changed_at": now}
            left = incident.exception_ids.filtered("is_open")
            if incident.is_open and not left:
                vals |= {"is_open": False, "closed_at": now}
            incident._as_system().write(vals)

    # ---------------------------------------------------------------- buttons

    def _check_may_group(self):
        check_person(self.env)
        own = self.with_env(self.env(su=False))
        own.check_access("read")
        # who may group cases has to see every one of them
        cases = self.sudo().exception_ids.with_env(own.env)
        cases.check_access("read")
        if not self.env.user.has_group(SUPERVISOR):
            raise AccessError(
                self.env._("Only a supervisor may group cases or take them apart.")
            )

    def _check_is_open(self):
        closed = self.filtered(lambda one: not one.is_open)
        if closed:
            raise UserError(
                self.env._(
                    "%(incident)s is closed; its cases stay as they are grouped.",
                    incident=closed[0].name,
                )
            )

    def action_take(self):
        """Own the incident, and acknowledge and own every open case of it."""
        self._check_may_group()
        self._check_is_open()
        self.exception_ids.filtered("is_open").action_take()
        self._as_system().write({"owner_id": self.env.uid})
        return True

    def action_merge(self):
        """Put the cases of these incidents into the oldest one."""
        self._check_may_group()
        self._check_is_open()
        if len(self) < 2 or len(self.company_id) > 1:
            raise UserError(
                self.env._("Select two or more open incidents of the same company.")
            )
        target, *rest = self.sorted("id")
        self.lock_for_update(allow_referencing=True)
        now = self.env["mfg.variance.engine"]._now()
        for incident in rest:
            moved = incident.exception_ids
            incident._as_system().write(
                {
                    "is_open": False,
                    "closed_at": now,
                    "changed_at": now,
                    "merged_into_id": target.id,
                }
            )
            moved._as_system().write({"incident_id": target.id})
            incident._raise_into(target)
            incident._log_grouping(self.env._("Merged into %s.", target.name))
            target._log_grouping(
                self.env._(
                    "%(incident)s was merged into this one, with %(cases)s.",
                    incident=incident.name,
                    cases=", ".join(moved.mapped("name")),
                )
            )
        return self._open_one(target)

    def _raise_into(self, target):
        """What was called for in one that is merged was called for in the whole."""
        target._raise_to(self.severity)
        if outcomes.rank(self.told_severity) > outcomes.rank(target.told_severity):
            target._as_system().write({"told_severity": self.told_severity})

    def action_ungroup(self):
        """Let every case of these incidents stand alone again."""
        self._check_may_group()
        self._check_is_open()
        now = self.env["mfg.variance.engine"]._now()
        for incident in self:
            cases = incident.exception_ids
            incident._log_grouping(
                self.env._(
                    "Taken apart: %(cases)s stand alone.",
                    cases=", ".join(cases.mapped("name")),
                )
            )
            cases._as_system().write({"incident_id": False})
            incident._as_system().write(
                {"is_open": False, "closed_at": now, "changed_at": now}
            )
        return True

    def _split_off(self, cases):
        """A new incident of these cases, which no other joins by itself."""
        self.ensure_one()
        now = self.env["mfg.variance.engine"]._now()
        worst = max(cases, key=lambda case: outcomes.rank(case.severity))
        vals = cases[0].read(
            [
                "title",
                "company_id",
                "plant_id",
                "owner_id",
                "production_id",
                "lot_id",
                "workcenter_id",
                "first_event_at",
                "currency_id",
            ],
            load=None,
        )[0]
        vals.pop("id")
        subject = incidents.Subject(company=vals["company_id"])
        created = self._as_system().create(
            {
                **self._prepare_vals({**vals, "severity": worst.severity}, subject),
                "told_severity": self.told_severity,
            }
        )
        split = self.browse(created.id)
        cases._as_system().write({"incident_id": split.id})
        names = ", ".join(cases.mapped("name"))
        self._log_grouping(
            self.env._("%(cases)s left for %(to)s.", cases=names, to=split.name)
        )
        split._log_grouping(
            self.env._("%(cases)s came from %(of)s.", cases=names, of=self.name)
        )
        self._as_system().write({"changed_at": now})
        self._close_done()
        return split

    def _log_grouping(self, body):
        self.sudo().message_post(  # sudo: the log of what was checked above
            author_id=self.env.user.partner_id.id, body=body
        )

    @api.model
    def _open_one(self, incident):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": incident.id,
            "views": [(False, "form")],
        }

    def action_open_cases(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_exception_action"
        )
        return {**action, "domain": [("incident_id", "=", self.id)], "context": {}}
