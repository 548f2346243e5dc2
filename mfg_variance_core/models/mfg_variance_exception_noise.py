from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..domain import flapping, outcomes, silences


class MfgVarianceException(models.Model):
    """What a case shares with others, and what keeps it from bothering anybody.

    Acknowledging, shelving and closing are three things: a shelved case keeps its
    state and its owner, and only leaves *now* until the shelving ends.
    """

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    incident_id = fields.Many2one(
        "mfg.variance.incident",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
    )
    sibling_ids = fields.Many2many(
        "mfg.variance.exception",
        string="Cases of the Same Incident",
        compute="_compute_sibling_ids",
    )
    # --- coming and going
    flap_moments = fields.Json(
        readonly=True, help="When the condition came back after it had cleared."
    )
    quiet_since = fields.Datetime(
        readonly=True, help="Back within limits, but held as chattering."
    )
    chattering_until = fields.Datetime(readonly=True)
    is_chattering = fields.Boolean(
        string="Chattering",
        compute="_compute_is_chattering",
        search="_search_is_chattering",
        help="Comes and goes: held open without calling anybody until it is stable.",
    )
    # --- shelved
    silence_id = fields.Many2one(
        "mfg.variance.silence", string="Shelved By", compute="_compute_silence_id"
    )
    is_shelved = fields.Boolean(
        string="Shelved", compute="_compute_silence_id", search="_search_is_shelved"
    )
    shelved_until = fields.Datetime(compute="_compute_silence_id")
    quiet_label = fields.Char(
        string="Quiet", compute="_compute_quiet_label", help="Why it calls nobody."
    )
    muted_count = fields.Integer(
        string="Muted Readings", compute="_compute_muted_count"
    )

    # --------------------------------------------------------------- computes

    @api.depends("incident_id")
    def _compute_sibling_ids(self):
        # those the reader may see; the incident itself may be of another plant of his
        found = self.search([("incident_id", "in", self.incident_id.ids)])
        found = found.grouped("incident_id")
        for case in self:
            case.sibling_ids = found.get(case.incident_id, self.browse()) - case._origin

    @api.depends("chattering_until")
    def _compute_is_chattering(self):
        now = self.env["mfg.variance.engine"]._now()
        for case in self:
            until = case.chattering_until
            case.is_chattering = bool(case.is_open and until and until > now)

    def _search_is_chattering(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = self.env["mfg.variance.engine"]._now()
        domain = Domain("is_open", "=", True) & Domain("chattering_until", ">", now)
        return domain if True in value else ~domain

    def _compute_silence_id(self):
        """The silence that mutes more of the same now, as the engine finds it."""
        now = self.env["mfg.variance.engine"]._now()
        live = self._get_running_silences()
        for case in self:
            found = None
            if live and case.is_open:
                found = silences.mute(live, case._get_signal(now)).silence
            case.silence_id = found.id if found else False
            case.is_shelved = bool(found)
            case.shelved_until = found.ends_at if found else False

    def _compute_quiet_label(self):
        for case in self:
            label = case.is_chattering and self.env._("Chattering")
            case.quiet_label = self.env._("Shelved") if case.is_shelved else label

    def _get_running_silences(self):
        now = self.env["mfg.variance.engine"]._now()
        return [
            silence
            for silence in self.env["mfg.variance.silence"]._get_live()
            if silence.starts_at <= now < silence.ends_at
        ]

    def _get_signal(self, moment):
        self.ensure_one()
        engine = self.env["mfg.variance.engine"]
        return silences.Signal(
            company=self.company_id.id,
            event_at=moment,
            severity=self.severity,
            plant=self.plant_id.id,
            categories=engine._get_category_path(self.category_id),
            metric=self.metric_id.id,
            policy=self.policy_id.id,
            product=self.product_id.id,
            operation=self.operation_id.id,
            workcenter=self.workcenter_id.id,
            fingerprint=self.fingerprint,
        )

    def _search_is_shelved(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._get_shelved_domain()
        return domain if True in value else ~domain

    @api.model
    def _get_shelved_domain(self):
        return Domain.OR(
            Domain("is_open", "=", True)
            & Domain("company_id", "=", silence.company)
            & Domain("severity", "in", self._get_muted_severities(silence))
            & Domain.AND(
                Domain(name, "child_of" if name == "category_id" else "=", wanted)
                for name, wanted in (
                    ("plant_id", silence.plant),
                    ("category_id", silence.category),
                    ("metric_id", silence.metric),
                    ("policy_id", silence.policy),
                    ("product_id", silence.product),
                    ("operation_id", silence.operation),
                    ("workcenter_id", silence.workcenter),
                    ("fingerprint", silence.fingerprint),
                )
                if wanted
            )
            for silence in self._get_running_silences()
        )

    @api.model
    def _get_muted_severities(self, silence):
        return outcomes.SEVERITIES[: outcomes.rank(silence.up_to) + 1]

    def _compute_muted_count(self):
        counts = dict(
            self.env["mfg.variance.measurement"]._read_group(
                [
                    ("exception_id", "in", self.ids),
                    ("outcome", "in", outcomes.MUTED),
                    ("is_current", "=", True),
                ],
                ["exception_id"],
                ["__count"],
            )
        )
        for case in self:
            case.muted_count = counts.get(case._origin, 0)

    @api.depends("state", "cleared_at")
    def _compute_is_now(self):
        result = super()._compute_is_now()
        for case in self:
            case.is_now = case.is_now and not case.is_shelved
        return result

    def _search_is_now(self, operator, value):
        domain = super()._search_is_now(operator, [True])
        if domain is NotImplemented:
            return domain
        domain &= ~self._get_shelved_domain()
        return domain if True in value else ~domain

    def _get_worst_deviation(self):
        """The largest deviation of this case so far, in the unit of its metric."""
        self.ensure_one()
        self.check_access("read")
        self.env["mfg.variance.measurement"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT MAX(ABS(deviation)) FROM mfg_variance_measurement "
                "WHERE exception_id = %s AND is_current AND outcome IN %s",
                self.id,
                outcomes.BEYOND,
            )
        )
        return rows[0][0] if rows[0][0] is not None else abs(self.deviation)

    # ------------------------------------------------------------- the engine

    @api.model
    def _open_cases(self, vals_list):
        """New cases join what belongs together before they are inserted."""
        self._as_system()  # refuses stored code before anything is looked up
        self.env["mfg.variance.incident"]._assign(vals_list)
        return super()._open_cases(vals_list)

    def _raise_severity(self, severity):
        rose = super()._raise_severity(severity)
        if rose:
            self.incident_id._raise_to(severity)
        return rose

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "closed":
            self._settle_closed()
        elif vals.get("state") == "new":
            self._rejoin()
        return result

    def _settle_closed(self):
        """With a case ends what paused it, and with the last one the incident.

        What was accepted stays accepted: that is about the next time.
        """
        self.incident_id._close_done()
        # sudo: whoever may close the case ends what was only about it
        paused = self.env["mfg.variance.silence"].sudo()
        paused = paused.search(
            [
                ("exception_id", "in", self.ids),
                ("kind", "=", "shelve"),
                ("state", "!=", "ended"),
            ]
        )
        if paused:
            paused._end(self.env._("The case was closed."))

    def _rejoin(self):
        """A case opened again after its incident was over joins what is open now."""
        names = (
            "company_id",
            "production_id",
            "lot_id",
            "workcenter_id",
            "first_event_at",
            "severity",
            "title",
            "plant_id",
            "owner_id",
            "currency_id",
        )
        for case in self.filtered(lambda case: not case.incident_id.is_open):
            vals = case.read(names, load=None)[0]
            vals["is_meta"] = case.is_meta
            # it comes back now, whenever it began
            vals["first_event_at"] = self.env["mfg.variance.engine"]._now()
            self.env["mfg.variance.incident"]._assign([vals])
            case._as_system().write(
                {
                    "incident_id": vals.get("incident_id", False),
                    "owner_id": vals["owner_id"],
                }
            )

    def _clear_unless_chattering(self, moment):
        """The condition is over; one that comes and goes is held until it is stable."""
        for case in self._filter_clearing():
            until = case.chattering_until
            if not until or until <= moment:
                case._clear(case.quiet_since or moment)
                if case.quiet_since:
                    case._as_system().write({"quiet_since": False})
            elif not case.quiet_since:
                case._as_system().write({"quiet_since": moment})

    def _note_coming_back(self, moment, version):
        """Count that a condition came back after it had been over."""
        self.ensure_one()
        known = [datetime.fromisoformat(text) for text in self.flap_moments or []]
        moments = flapping.recent([*known, moment], moment, version.flap_minutes)
        self._as_system().write(
            {
                "flap_moments": [one.isoformat() for one in moments],
                "quiet_since": False,
                "chattering_until": flapping.chattering_until(
                    moments, moment, version.flap_count, version.flap_minutes
                )
                or self.chattering_until,
            }
        )

    def _log_shelving(self, silence):
        self.sudo().message_post(  # sudo: the log of what was checked by the shelving
            author_id=self.env.user.partner_id.id,
            body=self.env._(
                "Shelved by %(silence)s until %(end)s UTC.",
                silence=silence.display_name,
                end=silence.ends_at,
            ),
        )

    # ---------------------------------------------------------------- buttons

    def action_shelve(self):
        """Ask for how long and why this case is to be quiet."""
        self.ensure_one()
        self._check_may_handle()
        self._check_is_open()
        return self._open_dialog(
            self.env._("Shelve until when?"), "mfg.variance.shelve"
        )

    def action_end_shelving(self):
        """End what mutes this case now."""
        self.ensure_one()
        if not self.silence_id:
            raise UserError(self.env._("%(case)s is not shelved.", case=self.name))
        return self.silence_id.action_end()

    def action_split(self):
        """Take these cases out of their incident, into one of their own."""
        incident = self.incident_id
        if len(incident) != 1:
            raise UserError(
                self.env._("Select cases of one incident to take them out of it.")
            )
        incident._check_may_group()
        incident._check_is_open()
        if self == incident.exception_ids:
            raise UserError(
                self.env._("%(incident)s has no other cases.", incident=incident.name)
            )
        split = incident._split_off(self)
        return incident._open_one(split)

    def action_open_muted(self):
        self.ensure_one()
        action = self.action_open_measurements()
        domain = [*action["domain"], ("outcome", "in", outcomes.MUTED)]
        return {**action, "domain": domain}
