import logging
import time

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..domain import outcomes
from ..guard import without_tokens
from .mfg_variance_measurement import SEVERITY_SELECTION

_logger = logging.getLogger(__name__)
PUSH_KINDS = ("activity", "notify")


class MfgVariancePlaybookStep(models.Model):
    """One reaction of a playbook. Extend ``kind`` and add ``_run_<kind>(case)``."""

    _name = "mfg.variance.playbook.step"
    _description = "Playbook Step"
    _inherit = ["mfg.variance.control"]
    _order = "playbook_id, sequence, id"

    playbook_id = fields.Many2one(
        "mfg.variance.playbook", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="playbook_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [
            ("activity", "Activity for the owner"),
            ("flag", "Flag on the order"),
            ("notify", "Notification on screen"),
            ("post", "Message on the order"),
            ("server_action", "Server action"),
        ],
        required=True,
        default="activity",
    )
    minimum_severity = fields.Selection(
        SEVERITY_SELECTION, string="From Severity", required=True, default="warning"
    )
    activity_type_id = fields.Many2one("mail.activity.type")
    delay_days = fields.Integer(string="Due in Days")
    message = fields.Text(translate=True)
    server_action_id = fields.Many2one(
        "ir.actions.server",
        domain="[('model_id.model', '=', 'mfg.variance.exception')]",
        ondelete="restrict",
    )
    active = fields.Boolean(default=True)

    @api.constrains("server_action_id")
    def _check_server_action(self):
        """A step has the rights of the engine: only actions made for cases."""
        for step in self:
            # sudo: which model an action is for; engineers may not read actions
            action = step.server_action_id.sudo()
            if action and action.model_name != "mfg.variance.exception":
                raise ValidationError(
                    self.env._(
                        "The server action %(action)s is not made for variance "
                        "exceptions. Choose one that is.",
                        action=action.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps._tell_policies(self.env._("added"))
        return steps

    def write(self, vals):
        result = super().write(vals)
        self._tell_policies(
            self.env._(
                "changed (%(labels)s)",
                labels=", ".join(
                    self._fields[name]._description_string(self.env)
                    for name in sorted(vals)
                ),
            )
        )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_tell_policies(self):
        self._tell_policies(self.env._("deleted"))

    def _tell_policies(self, change):
        """Record on the live policies that their reaction is another one now."""
        # sudo: the log of a change whose right was checked by the write itself
        versions = self.env["mfg.variance.policy.version"].sudo()
        live = versions.search(
            [
                ("playbook_id", "in", self.playbook_id.ids),
                ("state", "in", ("shadow", "active")),
            ]
        )
        for version in live:
            names = self.filtered(
                lambda step, version=version: step.playbook_id == version.playbook_id
            ).mapped("name")
            version.policy_id.message_post(
                author_id=self.env.user.partner_id.id,
                body=self.env._(
                    "Playbook steps %(change)s: %(steps)s",
                    change=change,
                    steps=", ".join(names),
                ),
            )

    def _is_due(self, severity, done=-1):
        """Whether a case of a severity gets this step; ``done`` ranks had theirs."""
        return done < outcomes.rank(self.minimum_severity) <= outcomes.rank(severity)

    def _is_push(self):
        """Whether this step calls somebody away from what he does."""
        return self.kind in PUSH_KINDS

    def _run_shielded(self, case, refusal=False):
        """Run this step for one case; its failure is a row, never a stopped floor.

        ``refusal`` is the code of :func:`pushes.decide` why it is not: a row too.
        """
        self.ensure_one()
        started = time.monotonic()
        outcome, error = "ok", False
        try:
            with self.env.cr.savepoint():
                if refusal:
                    outcome, error = "skipped", case._get_refusal_label(refusal)
                else:
                    getattr(self, f"_run_{self.kind}")(case)
        except Exception as exc:
            self.env["mfg.variance.engine"]._reraise_concurrency(exc)
            _logger.info("Playbook step %s failed", self.id, exc_info=True)
            outcome, error = "failed", f"{type(exc).__name__}: {exc}"
        self.env["mfg.variance.run"]._log(
            "step",
            self.name,
            outcome,
            error=error,
            push_user_id=self._is_push() and case.owner_id.id,
            push_refusal=refusal,
            step_id=self.id,
            exception_id=case.id,
            res_model=case._name,
            res_id=case.id,
            record_count=1,
            company_id=case.company_id.id,
            duration_ms=int((time.monotonic() - started) * 1000),
        )

    def _run_activity(self, case):
        if not case.owner_id:
            raise UserError(
                self.env._(
                    "Nobody owns %(case)s: name a supervisor on the plant, or a person "
                    "on the policy.",
                    case=case.name,
                )
            )
        note = Markup("<p>%s</p>") % (self.message or case.what_to_do or "")
        self.env["mfg.variance.engine"]._remind(
            case,
            case.owner_id,
            self.name,
            note,
            self.delay_days,
            self.activity_type_id,
        )

    def _run_flag(self, case):
        case._as_system().write({"is_flagged": True})

    def _run_notify(self, case):
        if case.owner_id:
            self.env["mfg.variance.engine"]._notify(
                case.owner_id,
                f"{case.name} {case.title}",
                self.message or case.what_to_do or "",
                is_sticky=case.severity == "critical",
            )

    def _run_post(self, case):
        target = case.production_id or case
        target.message_post(
            body=self.env._(
                "%(case)s: %(title)s. %(message)s",
                case=case.name,
                title=case.title,
                message=self.message or case.consequence or "",
            )
        )

    def _run_server_action(self, case):
        # the action is somebody's code: it gets the case, not our token
        env = without_tokens(self.env)
        self.server_action_id.with_env(env).with_context(
            active_model=case._name, active_id=case.id, active_ids=case.ids
        ).run()
