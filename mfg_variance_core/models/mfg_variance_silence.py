from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ..domain import silences
from ..guard import check_person
from .cache import forget
from .mfg_variance_measurement import SEVERITY_SELECTION

# who is asked what he may decide, the highest role first
ROLES = (
    ("mfg_variance_core.group_production_manager", silences.MANAGER),
    ("mfg_variance_core.group_supervisor", silences.SUPERVISOR),
    ("mfg_variance_core.group_operator", silences.OPERATOR),
)
# what was recorded later than this is history, and opens nothing that calls anybody
KEPT_DAYS = 60
SHOWN_ON_CASES = (
    "silence_id",
    "is_shelved",
    "shelved_until",
    "quiet_label",
    "is_now",
    "is_overdue",
)
SCOPE = (
    "plant_id",
    "category_id",
    "metric_id",
    "policy_id",
    "product_id",
    "operation_id",
    "workcenter_id",
)
PLAIN = ("id", "name", "starts_at", "fingerprint", "up_to", "worse_than")


class MfgVarianceSilence(models.Model):
    """A dated suppression, shown as *Shelve*: what, why, by whom, until when.

    It mutes what happens while it runs, however late that becomes known; the figures
    are judged and kept, with a link to it. It is never without an end, is never changed
    but to be ended early, and ends by itself.
    """

    _name = "mfg.variance.silence"
    _description = "Shelving"
    _inherit = ["mail.thread", "mfg.variance.guarded"]
    _append_only_columns = (
        "name",
        "kind",
        "reason",
        "author_id",
        "starts_at",
        "ends_at",
        "company_id",
        "plant_id",
        "category_id",
        "metric_id",
        "policy_id",
        "product_id",
        "operation_id",
        "workcenter_id",
        "fingerprint",
        "exception_id",
        "up_to",
        "worse_than",
        "needs_approval",
    )
    _order = "starts_at desc, id desc"

    name = fields.Char(string="Reference", required=True, readonly=True)
    kind = fields.Selection(
        [("shelve", "Shelved"), ("accept", "Accepted until worse")],
        required=True,
        readonly=True,
        help="Shelving ends with the case it is about; what is accepted stays so.",
    )
    reason = fields.Char(required=True, readonly=True)
    author_id = fields.Many2one("res.users", required=True, readonly=True)
    starts_at = fields.Datetime(string="From", required=True, readonly=True)
    ends_at = fields.Datetime(string="Until", required=True, readonly=True)
    ended_at = fields.Datetime(string="Ended Early", readonly=True)
    ended_by_id = fields.Many2one("res.users", readonly=True)
    end_reason = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting for Approval"),
            ("coming", "Coming"),
            ("running", "Running"),
            ("ended", "Ended"),
        ],
        string="Status",
        compute="_compute_state",
        search="_search_state",
    )
    # --- what is muted; empty means not limited by it
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    plant_id = fields.Many2one(
        "mfg.variance.plant", index=True, readonly=True, ondelete="restrict"
    )
    category_id = fields.Many2one(
        "mfg.variance.category", readonly=True, ondelete="restrict"
    )
    metric_id = fields.Many2one(
        "mfg.variance.metric", readonly=True, ondelete="restrict"
    )
    policy_id = fields.Many2one(
        "mfg.variance.policy", readonly=True, ondelete="restrict"
    )
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict")
    operation_id = fields.Many2one(
        "mrp.routing.workcenter", readonly=True, ondelete="restrict"
    )
    workcenter_id = fields.Many2one(
        "mrp.workcenter", string="Work Center", readonly=True, ondelete="restrict"
    )
    fingerprint = fields.Char(readonly=True, index="btree_not_null")
    exception_id = fields.Many2one(
        "mfg.variance.exception",
        string="Case",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
    )
    up_to = fields.Selection(
        SEVERITY_SELECTION,
        string="Up to Severity",
        required=True,
        readonly=True,
        help="What is worse than this is not muted.",
    )
    worse_than = fields.Float(
        readonly=True,
        help="The deviation beyond which it is not accepted any more, in the unit of "
        "the metric; 0 means it is not about how much.",
    )
    measurement_ids = fields.One2many(
        "mfg.variance.measurement", "muted_by_silence_id", string="Muted"
    )
    muted_count = fields.Integer(string="Muted Readings", compute="_compute_muted")
    muted_amount = fields.Monetary(string="Muted Cost", compute="_compute_muted")
    currency_id = fields.Many2one(related="company_id.currency_id")
    scope_text = fields.Char(string="What", compute="_compute_scope_text")

    _has_an_end = models.Constraint(
        "CHECK (ends_at > starts_at)", "A shelving ends after it begins."
    )

    @property
    def _guarded_fields(self):
        """Everything of ours but chatter, which has its own guards."""
        return self.env.registry["mfg.variance.silence"]._own_field_names()

    @classmethod
    def _own_field_names(cls):
        return frozenset(
            name
            for name, field in cls._fields.items()
            if not name.startswith(("message_", "website_", "rating_"))
            and (field.store or field.inverse)
        )

    # --------------------------------------------------------------- computes

    @api.depends("starts_at", "ends_at", "ended_at", "needs_approval", "approved_at")
    def _compute_state(self):
        now = self.env["mfg.variance.engine"]._now()
        for silence in self:
            if silence._get_end() <= now:
                silence.state = "ended"
            elif silence.needs_approval and not silence.approved_at:
                silence.state = "waiting"
            else:
                silence.state = "coming" if silence.starts_at > now else "running"

    def _get_end(self):
        self.ensure_one()
        return min(self.ended_at or self.ends_at, self.ends_at)

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = self.env["mfg.variance.engine"]._now()
        ended = Domain("ends_at", "<=", now) | Domain("ended_at", "<=", now)
        started = Domain("starts_at", "<=", now)
        waiting = Domain("needs_approval", "=", True) & Domain(
            "approved_at", "=", False
        )
        found = {
            "ended": ended,
            "waiting": waiting & ~ended,
            "running": started & ~ended & ~waiting,
            "coming": ~started & ~ended & ~waiting,
        }
        return Domain.OR(found[state] for state in value if state in found)

    @api.depends("measurement_ids")
    def _compute_muted(self):
        rows = self.env["mfg.variance.measurement"]._read_group(
            [("muted_by_silence_id", "in", self.ids), ("is_current", "=", True)],
            ["muted_by_silence_id"],
            ["__count", "leaf_amount:sum"],
        )
        found = {silence: (count, amount) for silence, count, amount in rows}
        for silence in self:
            count, amount = found.get(silence._origin, (0, 0.0))
            silence.muted_count = count
            silence.muted_amount = amount

    def _compute_scope_text(self):
        for silence in self:
            # sudo: names of what is muted, also without a role in Manufacturing
            places = silence.sudo()
            names = [
                places[name].display_name
                for name in (
                    "exception_id",
                    "policy_id",
                    "metric_id",
                    "category_id",
                    "workcenter_id",
                    "operation_id",
                    "product_id",
                    "plant_id",
                )
                if places[name] and not (places.exception_id and name != "exception_id")
            ]
            silence.scope_text = " · ".join(names)

    @api.depends("name", "reason")
    def _compute_display_name(self):
        for silence in self:
            silence.display_name = " ".join(
                part for part in (silence.name, silence.reason) if part
            )

    def _is_log_kept(self):
        """Who muted what, and why, is evidence."""
        return True

    # ---------------------------------------------------------------- shelving

    @api.model
    def _shelve(self, vals):
        """Record a silence somebody decided on, after asking whether he may.

        ``vals`` names scope, reason, severity and end; author, company and number are
        ours. Only a person decides, within his companies and plants.
        """
        check_person(self.env)
        now = self.env["mfg.variance.engine"]._now()
        case = self.env["mfg.variance.exception"].browse(vals.get("exception_id") or [])
        if case:
            case._check_may_handle()
            case._check_is_open()
        if not (vals.get("reason") or "").strip():
            raise UserError(self.env._("Say why; it is shown on all that is muted."))
        if not vals.get("ends_at"):
            raise UserError(
                self.env._("Say until when: nothing is muted without an end.")
            )
        vals = {**vals, "starts_at": vals.get("starts_at") or now}
        # nothing that has happened and called somebody is muted afterwards
        vals["starts_at"] = max(vals["starts_at"], now)
        self._check_places(vals)
        self._check_limits(vals, case)
        sequence = self.env["ir.sequence"].sudo()  # sudo: numbering only
        created = (
            self._as_system()
            .with_context(mail_create_nosubscribe=True, mail_create_nolog=True)
            .create(
                {
                    **vals,
                    "name": sequence.next_by_code("mfg.variance.silence"),
                    "needs_approval": self._needs_approval(vals),
                    "author_id": self.env.uid,
                }
            )
        )
        silence = self.browse(created.id)
        silence._forget()
        silence._log(
            self.env._(
                "%(person)s: %(reason)s, until %(end)s UTC.",
                person=self.env.user.name,
                reason=silence.reason,
                end=silence.ends_at,
            )
        )
        self.env["mfg.variance.ledger"]._append(
            "silence.placed",
            silence,
            {
                "reason": silence.reason,
                "scope": silence.scope_text,
                "up_to": silence.up_to,
                "starts_at": silence.starts_at,
                "ends_at": silence.ends_at,
            },
        )
        if silence.needs_approval:
            silence._ask_for_approval()
        elif case:
            case._log_shelving(silence)
        return silence

    def _check_places(self, vals):
        """Nobody mutes what happens outside his companies and plants."""
        user = self.env.user
        companies = user.company_ids & self.env.companies
        records = [
            # sudo: which company and plant it is of, to compare with the user's
            self.env[self._fields[name].comodel_name].sudo().browse(vals[name])
            for name in ("plant_id", "policy_id", "workcenter_id", "operation_id")
            if vals.get(name)
        ]  # sudo: the company of what is named, nothing else is read
        strange = any(
            record.company_id and record.company_id.id != vals["company_id"]
            for record in records
        )
        plants = user.variance_plant_ids
        if (
            strange
            or vals["company_id"] not in companies.ids
            or (plants and vals.get("plant_id") not in plants.ids)
        ):
            raise AccessError(
                self.env._("You may only shelve what happens in your own plants.")
            )

    def _check_limits(self, vals, case):
        code = self._get_problem(vals, case)
        if code:
            kind = AccessError if code.startswith("needs") else ValidationError
            raise kind(self._get_problem_label(code))

    @api.model
    def _get_problem(self, vals, case):
        """Why the user may not decide on this silence, as a code; None if he may."""
        group_role = next(
            (role for group, role in ROLES if self.env.user.has_group(group)), None
        )
        if not group_role:
            return "needs_role"
        return silences.problem(
            group_role,
            vals["ends_at"] - vals["starts_at"],
            self._to_plain(vals),
            is_light=bool(case) and case.track == "light",
        )

    def _get_problem_label(self, code):
        """The sentence for a code of :func:`silences.problem`."""
        return {
            "needs_role": self.env._(
                "Shelving is for operators and supervisors of a plant."
            ),
            "no_length": self.env._("The end has to lie in the future."),
            "too_wide": self.env._(
                "Name a policy, a metric, a product, an operation or a work center: a "
                "whole plant is never muted."
            ),
            "too_long": self.env._(
                "At most a year. What is accepted for longer belongs into the policy."
            ),
            "needs_manager": self.env._(
                "Anything critical is shelved by the production manager."
            ),
            "needs_supervisor": self.env._(
                "Operators shelve one light case for at most %(hours)s hours. Ask the "
                "supervisor for more.",
                hours=silences.OPERATOR_HOURS,
            ),
        }[code]

    def action_end(self):
        """End running or coming silences now; what happens next opens as ever."""
        check_person(self.env)
        self.with_env(self.env(su=False)).check_access("read")
        is_supervisor = self.env.user.has_group("mfg_variance_core.group_supervisor")
        for silence in self:
            if not is_supervisor and silence.author_id != self.env.user:
                raise AccessError(
                    self.env._("Only a supervisor, or who shelved it, ends it early.")
                )
            if silence.state == "ended":
                raise UserError(
                    self.env._("%(silence)s has ended already.", silence=silence.name)
                )
        self._end(self.env._("Ended by %s.", self.env.user.name))
        return True

    def _end(self, reason, moment=None):
        """End these silences; nothing is changed that ended before."""
        moment = moment or self.env["mfg.variance.engine"]._now()
        ended = []
        # sudo: ended by the checks of the callers, or by what happened
        for silence in self.sudo():
            if silence._get_end() <= moment:
                continue
            silence._as_system().write(
                {
                    # one that had not begun never does
                    "ended_at": max(moment, silence.starts_at),
                    "ended_by_id": self.env.uid,
                    "end_reason": reason,
                }
            )
            silence._log(reason)
            ended.append(("silence.ended", silence, {"reason": reason}))
        self.env["mfg.variance.ledger"]._append_many(ended)
        self._forget()

    def _forget(self):
        """Other things are muted now: for judging, and for cases read already."""
        forget(self.env)
        self.env["mfg.variance.exception"].invalidate_model(SHOWN_ON_CASES, flush=False)
        self.invalidate_recordset(["state"], flush=False)
        self.exception_id._tell_floor()

    def _log(self, body):
        self.sudo().message_post(  # sudo: the log of what was checked by the caller
            author_id=self.env.user.partner_id.id, body=body
        )

    def action_open_muted(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_measurement_action"
        )
        domain = [("muted_by_silence_id", "=", self.id)]
        return {**action, "domain": domain, "context": {}}

    # ----------------------------------------------------------------- judging

    @api.model
    def _get_live(self):
        """Every silence that may mute what becomes known today, as plain values.

        Today is that of the engine: a replay of years ago sees the silences of then.
        """
        today = self.env["mfg.variance.engine"]._now().date()
        return self._get_live_since(today - timedelta(days=KEPT_DAYS))

    @api.model
    @tools.ormcache("since")
    def _get_live_since(self, since):
        # sudo: what is muted does not depend on who works
        rows = self.sudo().search([("ends_at", ">", since)], order="id")
        return tuple(
            self._to_plain(
                {
                    **{name: row[name].id for name in ("company_id", *SCOPE)},
                    **{name: row[name] for name in PLAIN},
                    "starts_at": row._get_start(),
                    "ends_at": row._get_end(),
                }
            )
            for row in rows
            if row._is_allowed()
        )

    @api.model
    def _to_plain(self, vals):
        def get(name):
            return vals.get(name) or None

        return silences.Silence(
            id=vals.get("id") or 0,
            name=vals.get("name") or "",
            company=vals["company_id"],
            starts_at=vals["starts_at"],
            ends_at=vals["ends_at"],
            plant=get("plant_id"),
            category=get("category_id"),
            metric=get("metric_id"),
            policy=get("policy_id"),
            product=get("product_id"),
            operation=get("operation_id"),
            workcenter=get("workcenter_id"),
            fingerprint=get("fingerprint"),
            up_to=vals["up_to"],
            worse_than=get("worse_than"),
        )
