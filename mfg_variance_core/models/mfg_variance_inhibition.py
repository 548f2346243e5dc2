from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, ValidationError

from ..domain import inhibitions
from ..guard import is_stored_code, is_system
from .cache import forget

# a change of one of these may mute what was not muted before
WIDENING = frozenset(
    (
        "active",
        "company_id",
        "cause",
        "cause_category_id",
        "cause_metric_id",
        "muted_category_id",
        "muted_metric_id",
        "same",
    )
)


class MfgVarianceInhibition(models.Model):
    """A kind of cause that explains a kind of deviation: *suppressed by cause*.

    Nothing is remembered about what is muted: causes are stops of work centers and
    open cases, read when something goes beyond a limit. So a restart changes nothing,
    and what goes on after the cause has ended is judged again.
    """

    _name = "mfg.variance.inhibition"
    _description = "Suppression by Cause"
    _inherit = ["mail.thread", "mfg.variance.control", "mfg.variance.guarded"]
    _order = "sequence, id"
    _guarded_fields = frozenset(
        ("state", "author_ids", "activated_by_id", "activated_at")
    )
    _guard_create = False
    _guard_unlink = False

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    state = fields.Selection(
        [("draft", "Draft: Mutes Nothing"), ("active", "Active")],
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        help="Another process engineer than who wrote it activates it.",
    )
    author_ids = fields.Many2many(
        "res.users",
        "mfg_variance_inhibition_author_rel",
        string="Authors",
        readonly=True,
        copy=False,
    )
    activated_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    activated_at = fields.Datetime(readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", help="Empty means in every company.", ondelete="cascade"
    )
    cause = fields.Selection(
        [
            (inhibitions.DOWNTIME, "The work center is stopped"),
            (inhibitions.CASE, "An open case"),
        ],
        required=True,
        default=inhibitions.DOWNTIME,
        tracking=True,
    )
    cause_category_id = fields.Many2one(
        "mfg.variance.category",
        string="Case of Category",
        ondelete="restrict",
        tracking=True,
        help="With the categories below it.",
    )
    cause_metric_id = fields.Many2one(
        "mfg.variance.metric",
        string="Case of Metric",
        ondelete="restrict",
        tracking=True,
    )
    muted_category_id = fields.Many2one(
        "mfg.variance.category",
        string="Mutes Category",
        ondelete="restrict",
        tracking=True,
        help="With the categories below it.",
    )
    muted_metric_id = fields.Many2one(
        "mfg.variance.metric", string="Mutes Metric", ondelete="restrict", tracking=True
    )
    same = fields.Selection(
        [
            ("workcenter", "Work center"),
            ("order", "Manufacturing order"),
            ("lot", "Lot"),
            ("product", "Product"),
        ],
        string="In the Same",
        required=True,
        default="workcenter",
        tracking=True,
    )
    muted_count = fields.Integer(
        string="Muted Readings", compute="_compute_muted_count"
    )

    def _init_column(self, column_name):
        """Rules that were in force before they had a status stay in force."""
        if column_name == "state":
            self.env.cr.execute("UPDATE mfg_variance_inhibition SET state = 'active'")
            return
        super()._init_column(column_name)

    def _compute_muted_count(self):
        counts = dict(
            self.env["mfg.variance.measurement"]._read_group(
                [("muted_by_inhibition_id", "in", self.ids), ("is_current", "=", True)],
                ["muted_by_inhibition_id"],
                ["__count"],
            )
        )
        for rule in self:
            rule.muted_count = counts.get(rule._origin, 0)

    @api.constrains(
        "cause",
        "same",
        "cause_category_id",
        "cause_metric_id",
        "muted_category_id",
        "muted_metric_id",
    )
    def _check_sides(self):
        for rule in self:
            if not rule.muted_category_id and not rule.muted_metric_id:
                raise ValidationError(
                    self.env._("Say what is muted: a category or a metric.")
                )
            if rule.cause == inhibitions.DOWNTIME and rule.same != "workcenter":
                raise ValidationError(
                    self.env._("A stop mutes what happens on the same work center.")
                )
            has_cause = rule.cause_category_id or rule.cause_metric_id
            if rule.cause == inhibitions.CASE and not has_cause:
                raise ValidationError(
                    self.env._("Say which cases are the cause: a category or a metric.")
                )

    def _is_log_kept(self):
        """Who changed what mutes is evidence, from when it has muted anything on."""
        return self._is_used()

    def _is_used(self):
        # sudo: whether it ever muted anything anywhere
        rows = self.env["mfg.variance.measurement"].sudo()
        muted = [("muted_by_inhibition_id", "in", self.ids)]
        return bool(rows.search_count(muted, limit=1))

    @api.model_create_multi
    def create(self, vals_list):
        forget(self.env)
        self._check_may_control()
        rules = super().create(vals_list)
        rules._note_change()
        return rules

    def write(self, vals):
        forget(self.env)
        if not is_system(self.env) and any(
            not name.startswith("message_") for name in vals
        ):
            self._check_may_control()
        result = super().write(vals)
        if WIDENING & set(vals) and vals.get("active") is not False:
            self._note_change()
        if "company_id" in vals:
            # also where it went to: nobody widens a rule past his own companies
            self.check_access("write")
        return result

    def _note_change(self):
        """What mutes is another engineer's to activate: a change is a draft again.

        It narrows at once and widens by a second person only; archiving needs nobody.
        The superuser outside stored code is the installation and the shell.
        """
        if is_system(self.env):
            return
        if self.env.user._is_superuser():
            self._as_system().write({"state": "active"})
        else:
            self._as_system().write(
                {
                    "state": "draft",
                    "author_ids": [fields.Command.link(self.env.uid)],
                    "activated_by_id": False,
                    "activated_at": False,
                }
            )

    def _get_parties(self):
        """Whoever wrote a part of it does not activate it."""
        return {"author": set(self.author_ids.ids)}

    def action_activate(self):
        """Let it mute: a second process engineer, in his own session (D15)."""
        authority = self.env["mfg.variance.authority"]
        for rule in self:
            authority._check("activate_suppression", rule, rule._get_parties())
            rule.with_env(self.env(su=False)).check_access("write")
            rule.lock_for_update(allow_referencing=True)
            if rule.state == "draft":
                rule._as_system().write(
                    {
                        "state": "active",
                        "activated_by_id": self.env.uid,
                        "activated_at": self.env["mfg.variance.engine"]._now(),
                    }
                )
                self.env["mfg.variance.ledger"]._append(
                    "suppression.activated",
                    rule,
                    {"authors": rule.author_ids.ids, "by": self.env.uid},
                )
        forget(self.env)
        return True

    def _check_may_control(self):
        """What mutes is the engineer's to say, whatever sudo() says.

        The superuser may outside stored code: the installation and the shell.
        """
        user = self.env.user
        allowed = user._is_superuser() or user.has_group(
            "mfg_variance_core.group_process_engineer"
        )
        if not allowed or is_stored_code():
            raise AccessError(
                self.env._(
                    "Only a process engineer may say, in person, what a cause mutes."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_may_control()
        if self._is_used():
            raise ValidationError(
                self.env._("It has muted readings. Archive it instead.")
            )

    def unlink(self):
        """Chatter goes first: what was used is refused before."""
        forget(self.env)
        self.check_access("unlink")
        self._unlink_except_used()
        return super().unlink()

    def action_open_muted(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_measurement_action"
        )
        domain = [("muted_by_inhibition_id", "=", self.id)]
        return {**action, "domain": domain, "context": {}}

    @api.model
    @tools.ormcache()
    def _get_live(self):
        """Every active rule as plain values, in order."""
        # sudo: what explains what does not depend on who works
        return tuple(
            inhibitions.Rule(
                id=rule.id,
                name=rule.name,
                cause=rule.cause,
                same=rule.same,
                muted_category=rule.muted_category_id.id or None,
                muted_metric=rule.muted_metric_id.id or None,
                cause_category=rule.cause_category_id.id or None,
                cause_metric=rule.cause_metric_id.id or None,
                company=rule.company_id.id or None,
            )
            for rule in self.sudo()
            .with_context(lang=None, active_test=True)
            .search([("state", "=", "active")])
        )
