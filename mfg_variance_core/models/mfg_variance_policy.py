from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError, ValidationError

from ..guard import is_stored_code
from .cache import forget
from .mfg_variance_duty import DUTY_ROLES

# what changes the judging or the reaction without a new version
CONTROL_FIELDS = frozenset(
    ("active", "sequence", "owner_role", "owner_id", "regression_days")
)


class MfgVariancePolicy(models.Model):
    """What is watched and how much is too much; its content lives in versions.

    The form shows the *working* version (a draft if there is one, else the newest).
    What judges is the active version, what is only counted the shadow version.
    """

    _name = "mfg.variance.policy"
    _description = "Variance Policy"
    _inherits = {"mfg.variance.policy.version": "version_id"}
    _inherit = ["mail.thread", "mfg.variance.control"]
    _order = "sequence, id"
    _control_fields = CONTROL_FIELDS

    name = fields.Char(required=True, translate=True)
    code = fields.Char(copy=False)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    category_id = fields.Many2one(related="metric_id.category_id")
    owner_role = fields.Selection(
        [
            *DUTY_ROLES,
            ("plant_supervisor", "Supervisor of the plant"),
            ("user", "One person"),
        ],
        string="Whose",
        required=True,
        default="supervisor",
        help="A role is whoever the duty roster names for the plant and shift when the "
        "case opens. Where no roster is kept, the supervisor is the plant's.",
    )
    owner_id = fields.Many2one("res.users", string="Owner")
    regression_days = fields.Integer(
        default=14,
        help="An event within this many days after closing reopens the case.",
    )
    version_id = fields.Many2one(
        "mfg.variance.policy.version",
        required=True,
        ondelete="restrict",
        string="Working Version",
        copy=False,
    )
    version_ids = fields.One2many(
        "mfg.variance.policy.version", "policy_id", string="Versions"
    )
    active_version_id = fields.Many2one(
        "mfg.variance.policy.version", compute="_compute_live_versions"
    )
    shadow_version_id = fields.Many2one(
        "mfg.variance.policy.version", compute="_compute_live_versions"
    )
    exception_count = fields.Integer(compute="_compute_exception_count")
    shadow_count = fields.Integer(compute="_compute_exception_count")

    _code_unique = models.Constraint(
        "UNIQUE(code)", "The code of a policy must be unique."
    )

    @api.depends("version_ids.state")
    def _compute_live_versions(self):
        for policy in self:
            versions = policy.version_ids
            policy.active_version_id = versions.filtered(lambda v: v.state == "active")[
                :1
            ]
            policy.shadow_version_id = versions.filtered(lambda v: v.state == "shadow")[
                :1
            ]

    def _compute_exception_count(self):
        cases = dict(
            self.env["mfg.variance.exception"]._read_group(
                [("policy_id", "in", self.ids)], ["policy_id"], ["__count"]
            )
        )
        hits = dict(
            self.env["mfg.variance.shadow.hit"]._read_group(
                [("version_id", "in", self.version_ids.ids)],
                ["version_id"],
                ["__count"],
            )
        )
        for policy in self:
            policy.exception_count = cases.get(policy, 0)
            policy.shadow_count = sum(hits.get(v, 0) for v in policy.version_ids)

    @api.constrains("version_id")
    def _check_version_is_own(self):
        for policy in self:
            owner = policy.version_id.policy_id
            if owner and owner != policy:
                raise ValidationError(
                    self.env._(
                        "%(version)s belongs to another policy. Copy that policy "
                        "instead.",
                        version=policy.version_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        forget(self.env)
        policies = super().create(vals_list)
        for policy in policies:
            policy.version_id._as_system().write({"policy_id": policy.id})
        return policies

    def write(self, vals):
        forget(self.env)
        names = sorted(CONTROL_FIELDS & set(vals))
        if not names:
            return super().write(vals)
        self._check_may_control()
        before = {policy: policy._describe_control(names) for policy in self}
        result = super().write(vals)
        for policy, old in before.items():
            new = policy._describe_control(names)
            if old != new:
                # sudo: the log of a change already checked above
                policy.sudo().message_post(
                    author_id=self.env.user.partner_id.id,
                    body=self.env._("%(old)s → %(new)s", old=old, new=new),
                )
        if {"active", "sequence"} & set(names):
            # another policy may judge running work now, with other limits
            self.env["mfg.variance.engine"]._capture_policy_change()
        return result

    def copy(self, default=None):
        """A copy starts as a draft of its own, with the same limits.

        Who may not write for every company copies what is shared into his own.
        """
        copies = self.browse()
        versions = self.env["mfg.variance.policy.version"]
        for policy in self:
            company = policy.company_id or versions._get_default_company()
            version = policy.version_id.copy({"company_id": company and company.id})
            values = {
                "name": self.env._("%(name)s (copy)", name=policy.name),
                **(default or {}),
                "version_id": version.id,
            }
            copies |= super(MfgVariancePolicy, policy).copy(values)
        return copies

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for policy in self:
            if policy.version_ids.filtered(lambda v: v.state != "draft"):
                raise UserError(
                    self.env._(
                        "%(policy)s has judged figures. Archive it instead: what it "
                        "decided stays explainable.",
                        policy=policy.name,
                    )
                )

    def unlink(self):
        forget(self.env)
        self.check_access("unlink")
        self._unlink_except_used()
        versions = (self.version_ids | self.version_id)._as_system()
        # each refers to the other: the drafts, checked above, let go first
        versions.write({"policy_id": False})
        versions.flush_recordset(["policy_id"])
        result = super().unlink()
        versions.unlink()
        return result

    def _check_may_control(self):
        """Switching a control off or over is the engineer's, whatever sudo() says.

        The superuser may outside stored code: the installation and the shell.
        """
        user = self.env.user
        allowed = user._is_superuser() or user.has_group(
            "mfg_variance_core.group_process_engineer"
        )
        if not allowed or is_stored_code():
            raise AccessError(
                self.env._(
                    "Only a process engineer may archive a policy, change its order or "
                    "whose its cases are."
                )
            )

    def _is_log_kept(self):
        """What was in force stays told; an unused draft is deleted with its log."""
        self.ensure_one()
        return any(version.state != "draft" for version in self.version_ids)

    def _describe_control(self, names):
        """The control fields as ``Label: value``, for the chatter."""
        self.ensure_one()
        return ", ".join(
            f"{self._fields[name]._description_string(self.env)}: "
            f"{self._fields[name].convert_to_export(self[name], self)}"
            for name in names
        )

    # ----------------------------------------------------------------- buttons

    def action_shadow(self):
        return self.version_id.action_shadow()

    def action_activate(self):
        return self.version_id.action_activate()

    def action_request_activation(self):
        """Ask another process engineer to activate the working version."""
        return self.version_id.action_request_activation()

    def action_retire(self):
        live = self.active_version_id | self.shadow_version_id
        return live.action_retire()

    def action_new_version(self):
        self.ensure_one()
        return self.version_id.action_new_version()

    def action_open_exceptions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_exception_action"
        )
        return {**action, "domain": [("policy_id", "=", self.id)], "context": {}}

    def action_open_shadow_hits(self):
        self.ensure_one()
        hits = self.env["mfg.variance.shadow.hit"].search(
            [("version_id", "in", self.version_ids.ids)]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_measurement_action"
        )
        domain = [("id", "in", hits.measurement_id.ids)]
        return {**action, "domain": domain, "context": {}}

    # ---------------------------------------------------------------- judging

    @api.model
    @tools.ormcache()
    def _get_live_versions(self):
        """Every version that judges or is counted, as plain immutable values."""
        # sudo: which policies exist is needed to judge anybody's work
        versions = (
            self.env["mfg.variance.policy.version"]
            .sudo()
            .search(
                [
                    ("state", "in", ("active", "shadow")),
                    ("policy_id.active", "=", True),
                ]
            )
        )
        return tuple(version._to_live() for version in versions)

    def _prepare_owner_vals(self, plant, company, moment):
        """Owner of a case of this policy at a moment, with the reason if it fell to
        somebody next in line."""
        self.ensure_one()
        if self.owner_role in ("user", "plant_supervisor"):
            named = self.owner_id if self.owner_role == "user" else plant.supervisor_id
            return {"owner_id": named.id, "owner_reason": False}
        return plant._prepare_owner_vals(self.owner_role, company, moment)
