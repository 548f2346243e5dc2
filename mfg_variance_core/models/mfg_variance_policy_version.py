from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..domain import approvals
from ..guard import check_person, is_system
from .cache import forget

CONTENT_FIELDS = frozenset(
    (
        "metric_id",
        "method",
        "company_id",
        "plant_id",
        "product_categ_id",
        "product_id",
        "operation_id",
        "workcenter_id",
        "workcenter_tag_id",
        "limit_ids",
        "confirm_minutes",
        "cooldown_minutes",
        "minimum_sample",
        "clear_percent",
        "flood_limit",
        "flood_minutes",
        "flap_count",
        "flap_minutes",
        "fingerprint_dims",
        "playbook_id",
        "consequence",
        "what_to_do",
        "respond_minutes",
        "verify_orders",
        "change_reason",
        "window_kind",
        "window_size",
        "event_severity",
        "is_consecutive",
        "target_percent",
        "distribution",
        "minimum_pieces",
        "budget_period",
        "budget_days",
    )
)
LIMIT_FIELDS = ("severity", "percent", "floor", "money", "money_alone")


class MfgVariancePolicyVersion(models.Model):
    """The content of a policy: scope, limits, reaction. Frozen once it judges.

    draft -> shadow -> active -> retired. A version that left draft is never edited;
    a change is a new version. Activation needs a process engineer who did not write
    it; neither ``sudo()`` nor being administrator stands in for that.
    """

    _name = "mfg.variance.policy.version"
    _description = "Policy Version"
    _inherit = ["mfg.variance.guarded"]
    _order = "policy_id, number desc"
    _check_company_auto = True

    _guarded_fields = frozenset(
        (
            "policy_id",
            "number",
            "state",
            "author_ids",
            "activated_by_id",
            "activated_at",
            "shadow_since",
            "retired_at",
        )
    )
    _guard_create = False
    _guard_unlink = False

    policy_id = fields.Many2one(
        "mfg.variance.policy", index=True, ondelete="restrict", copy=False
    )
    number = fields.Integer(default=1, copy=False, readonly=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("shadow", "Shadow"),
            ("active", "Active"),
            ("retired", "Retired"),
        ],
        default="draft",
        required=True,
        copy=False,
        readonly=True,
    )
    metric_id = fields.Many2one(
        "mfg.variance.metric", string="What", required=True, ondelete="restrict"
    )
    method = fields.Selection(
        [("tolerance", "Tolerance")], required=True, default="tolerance"
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self._get_default_company(),
        help="Empty means every company; only who may work in all of them and is "
        "limited to no plant may write such a policy.",
    )
    plant_id = fields.Many2one("mfg.variance.plant", check_company=True)
    product_categ_id = fields.Many2one("product.category", string="Product Category")
    product_id = fields.Many2one("product.product", check_company=True)
    operation_id = fields.Many2one("mrp.routing.workcenter", check_company=True)
    workcenter_id = fields.Many2one(
        "mrp.workcenter", string="Work Center", check_company=True
    )
    workcenter_tag_id = fields.Many2one("mrp.workcenter.tag", string="Work Center Tag")
    limit_ids = fields.One2many(
        "mfg.variance.policy.limit", "version_id", string="Limits", copy=True
    )
    confirm_minutes = fields.Float(
        string="Confirm For",
        help="The deviation must stay beyond the limit this long before a case opens.",
    )
    cooldown_minutes = fields.Float(
        string="Cooldown", help="No new case this long after one was closed."
    )
    minimum_sample = fields.Integer(
        default=5,
        help="A standard from fewer past orders may only shade the record.",
    )
    clear_percent = fields.Float(
        help="The condition counts as cleared at or below this deviation; 0 means "
        "below the lowest limit."
    )
    flood_limit = fields.Integer(
        default=20,
        help="More openings than this within the flood window join one meta case; "
        "0 switches the guard off.",
    )
    flood_minutes = fields.Float(string="Flood Window", default=60.0)
    flap_count = fields.Integer(
        string="Chatters After",
        default=3,
        help="A condition that comes back more often than this within the chatter "
        "window is held as one open case that calls nobody until it is stable; 0 "
        "switches this off.",
    )
    flap_minutes = fields.Float(string="Chatter Window", default=480.0)
    fingerprint_dims = fields.Selection(
        [
            ("workorder", "Each work order"),
            ("production", "Each order"),
            ("workcenter_operation", "Work center and operation"),
            ("product_workcenter", "Product and work center"),
            ("product_component", "Product and component"),
            ("workcenter", "Work center"),
            ("product", "Product"),
            ("component", "Component"),
            ("lot", "Lot"),
            ("source", "Each record"),
            ("plant", "Plant"),
        ],
        string="One Case Per",
        required=True,
        default="workorder",
    )
    playbook_id = fields.Many2one("mfg.variance.playbook", ondelete="restrict")
    consequence = fields.Char(
        translate=True, help="What happens if nobody reacts; shown on the case."
    )
    what_to_do = fields.Text(translate=True)
    respond_minutes = fields.Integer(
        string="Time to Respond",
        default=480,
        help="In minutes of the plant's working time, from detection. The response "
        "times of the severity may ask for it sooner, never later; 0: as they say.",
    )
    verify_orders = fields.Integer(
        string="Proved by the Next",
        help="How many readings after it was resolved have to be within the limits "
        "before a case may be closed; 0: none. One beyond opens the case again.",
    )
    change_reason = fields.Char(copy=False)
    author_ids = fields.Many2many(
        "res.users", string="Authors", readonly=True, copy=False
    )
    shadow_since = fields.Datetime(readonly=True, copy=False)
    activated_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    activated_at = fields.Datetime(readonly=True, copy=False)
    retired_at = fields.Datetime(readonly=True, copy=False)

    _one_active = models.UniqueIndex(
        "(policy_id) WHERE state = 'active'", "A policy has one active version."
    )
    _one_shadow = models.UniqueIndex(
        "(policy_id) WHERE state = 'shadow'", "A policy has one version in shadow."
    )

    @api.depends("policy_id.name", "number")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(policy)s, version %(number)s",
                policy=version.policy_id.name or "",
                number=version.number,
            )

    # ------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        versions = super().create(
            [self._add_reaction(self._add_company(vals)) for vals in vals_list]
        )
        versions._note_author()
        forget(self.env)
        return versions

    def write(self, vals):
        if CONTENT_FIELDS & set(vals):
            self._check_is_draft()
        result = super().write(self._add_company(vals))
        if {"company_id", "plant_id"} & set(vals):
            # also where it went to: nobody widens a draft past his own places
            self.check_access("write")
        if CONTENT_FIELDS & set(vals):
            self._note_author()
        forget(self.env)
        return result

    def copy(self, default=None):
        """Whoever wrote a draft stays an author of its copies."""
        copies = super().copy(default)
        for version, copied in zip(self, copies, strict=True):
            if version.state == "draft":
                copied._as_system().write(
                    {"author_ids": [(4, user.id) for user in version.author_ids]}
                )
        return copies

    @api.model
    def _get_default_company(self):
        """Every company for those who may write that, else the one worked in."""
        if self.env.su or self.env.user.variance_is_global:
            return False
        return self.env.company

    @api.model
    def _add_company(self, vals):
        """These values with the company of what the scope names, unless given."""
        vals = dict(vals)
        for name in ("plant_id", "workcenter_id", "operation_id", "product_id"):
            if vals.get(name) and not vals.get("company_id"):
                # sudo: a company's id only; whether it is allowed is checked after
                place = self.env[self._fields[name].comodel_name].sudo()
                company = place.browse(vals[name]).company_id
                if company:
                    vals["company_id"] = company.id
        return vals

    @api.model
    def _add_reaction(self, vals):
        """These values with what the category says where they say nothing.

        The short form asks what, where and how much: a case is never opened without
        its consequence and what to do for that (DESIGN rule 12).
        """
        vals = dict(vals)
        metric = self.env["mfg.variance.metric"].browse(vals.get("metric_id") or [])
        for name in ("playbook_id", "consequence", "what_to_do"):
            if not vals.get(name):
                value = metric.category_id._get_default(name)
                vals[name] = value.id if name == "playbook_id" else value
        return vals

    @api.ondelete(at_uninstall=False)
    def _unlink_except_judged(self):
        self._check_is_draft()

    def _check_is_draft(self):
        """Refuse to touch the content of a version that judges or has judged."""
        frozen = self.filtered(lambda version: version.state != "draft")
        if frozen:
            raise UserError(
                self.env._(
                    "%(version)s is no longer a draft and cannot be changed. Create a "
                    "new version instead.",
                    version=frozen[0].display_name,
                )
            )

    def _note_author(self):
        """Whoever touches the content is an author and cannot activate it.

        The row itself is written, also by somebody who is an author already: a
        limit changed while another one activates makes one of the two start over.
        """
        if self and not is_system(self.env):
            self._as_system().write({"author_ids": [(4, self.env.uid)]})

    # ---------------------------------------------------------------- buttons

    def action_new_version(self):
        """Copy this version as the draft the policy form shows from now on."""
        self.ensure_one()
        self._check_engineer()
        policy = self.policy_id
        draft = policy.version_ids.filtered(lambda v: v.state == "draft")[:1]
        if not draft:
            draft = self.copy()
            number = max(policy.version_ids.mapped("number")) + 1
            draft._as_system().write({"policy_id": policy.id, "number": number})
        policy.version_id = draft
        return {
            "type": "ir.actions.act_window",
            "res_model": "mfg.variance.policy",
            "res_id": policy.id,
            "views": [(False, "form")],
        }

    def action_shadow(self):
        """Judge and count with this version, bothering nobody."""
        self._check_engineer()
        for version in self:
            version._check_from("draft")
            version._check_content()
            others = version.policy_id.version_ids - version
            others.filtered(lambda v: v.state == "shadow")._transition("retired")
            version._transition("shadow")
        return True

    def action_activate(self):
        """Let this version judge, in place of the one that did.

        It takes a second process engineer in his own session (D15).
        """
        self._check_engineer()
        authority = self.env["mfg.variance.authority"]
        for version in self:
            version._check_from("draft", "shadow")
            authority._check("activate_policy", version, version._get_parties())
            version._activate()
        return True

    def action_request_activation(self):
        """Ask another process engineer to activate this version."""
        self._check_engineer()
        asked = self.env["mfg.variance.approval"]
        for version in self:
            version._check_from("draft", "shadow")
            version._check_content()
            asked |= asked._request(
                "policy_activation",
                version,
                version.change_reason or self.env._("To judge with it from now on"),
            )
        return asked._get_records_action()

    def _get_parties(self):
        """Whoever wrote a part of it does not activate it."""
        return {"author": set(self.author_ids.ids)}

    def _on_approval_granted(self, approval):
        """A second process engineer granted it; what was changed since asks again."""
        if approval.kind != "policy_activation" or not approval._is_granted():
            return
        self._check_from("draft", "shadow")
        # sudo: the frozen fingerprint, whoever decides
        if approval.sudo().asked_digest != self._get_asked_digest():
            raise UserError(
                self.env._(
                    "%(version)s was changed after its activation was asked for. Ask "
                    "again, so that what is approved is what will judge.",
                    version=self.display_name,
                )
            )
        self._activate()

    def _get_asked_digest(self):
        """Fingerprint of everything that judges; the names do not matter."""
        self.ensure_one()
        limits = [
            [limit[name] for name in LIMIT_FIELDS]
            for limit in self.limit_ids.sorted("id")
        ]
        plain = {
            name: value.ids if isinstance(value, models.BaseModel) else value
            for name in CONTENT_FIELDS - {"limit_ids"}
            for value in (self[name],)
        }
        return approvals.content_hash({**plain, "limit_ids": limits})

    def _activate(self):
        self.ensure_one()
        self._check_content()
        others = self.policy_id.version_ids - self
        replaced = others.filtered(lambda v: v.state == "active")
        replaced._transition("retired")
        self._transition("active", replaced)

    def action_retire(self):
        """Stop judging with this version."""
        self._check_engineer()
        for version in self:
            version._check_from("shadow", "active")
            version._transition("retired")
        return True

    def _check_engineer(self):
        check_person(self.env)
        if not self.env.user.has_group("mfg_variance_core.group_process_engineer"):
            raise AccessError(
                self.env._(
                    "Only a process engineer may put policy versions into shadow, "
                    "activate or retire them."
                )
            )
        # as the user himself, so that record rules of company and plant count
        own = self.with_env(self.env(su=False))
        own.check_access("read")
        if not own.has_access("write"):
            raise AccessError(
                self.env._(
                    "%(policy)s holds beyond your own companies and plants, so you "
                    "cannot change it. Make a policy for your own ones: where both "
                    "hold, the narrower one counts.",
                    policy=self.policy_id[:1].name,
                )
            )

    def _check_from(self, *states):
        self.ensure_one()
        if self.state not in states:
            raise UserError(
                self.env._(
                    "%(version)s is %(state)s already.",
                    version=self.display_name,
                    state=self._get_state_label(self.state),
                )
            )

    def _get_state_label(self, state):
        return dict(self._fields["state"]._description_selection(self.env))[state]

    def _check_content(self):
        self.ensure_one()
        problems = self._get_problems()
        if problems:
            raise ValidationError("\n".join(map(self._get_problem_label, problems)))

    def _prepare_control_data(self, before, replaced):
        """What the ledger keeps of a move: with what the version changes, if any."""
        self.ensure_one()
        changes = {"state": [before, self.state]}
        if replaced:
            old, new = replaced._get_content(), self._get_content()
            changes |= {
                name: [old[name], new[name]] for name in old if old[name] != new[name]
            }
        return {"event": "changed", "changes": changes}

    def _get_content(self):
        """Everything that judges, as the ledger keeps it."""
        self.ensure_one()
        freeze = self.env["mfg.variance.ledger"]._freeze
        limits = [
            {name: limit[name] for name in LIMIT_FIELDS} for limit in self.limit_ids
        ]
        plain = {name: freeze(self[name]) for name in CONTENT_FIELDS - {"limit_ids"}}
        return {**plain, "limit_ids": limits}

    def _transition(self, state, replaced=None):
        now = self.env["mfg.variance.engine"]._now()
        for version in self:
            vals = {"state": state}
            if state == "shadow":
                vals["shadow_since"] = now
            elif state == "active":
                vals |= {"activated_at": now, "activated_by_id": self.env.uid}
            else:
                vals["retired_at"] = now
            before = version.state
            version._as_system().write(vals)
            # the database allows one active version: this one leaves before the next
            version.flush_recordset(["state"])
            self.env["mfg.variance.engine"]._capture_policy_change()
            self.env["mfg.variance.ledger"]._append(
                "control.changed",
                version,
                version._prepare_control_data(before, replaced),
            )
            version.policy_id.message_post(
                body=self.env._(
                    "Version %(number)s: %(before)s → %(after)s.",
                    number=version.number,
                    before=version._get_state_label(before),
                    after=version._get_state_label(state),
                )
            )

    @api.model
    def _activate_shipped(self, versions):
        """Activate the pack shipped with the addon; the history says who did it.

        Called by the installation only, which holds the token.
        """
        if not is_system(versions.env):
            raise AccessError(
                self.env._("Only the installation activates the shipped policies.")
            )
        for version in versions.filtered(lambda v: v.state == "draft"):
            version._check_content()
            version.write(
                {
                    "state": "active",
                    "activated_at": self.env["mfg.variance.engine"]._now(),
                    "activated_by_id": self.env.uid,
                    "change_reason": self.env._("Shipped, activated by installation"),
                }
            )
