import logging

import psycopg2

from odoo import api, fields, models

from ..guard import own_entry, without_tokens
from .ir_actions_server_mapping import MEASURED_MODELS
from .mfg_variance_measurement import SEVERITY_SELECTION

_logger = logging.getLogger(__name__)

VARIANCE_STATES = (
    "variance_evaluate",
    "variance_raise",
    "variance_playbook",
    "variance_hold",
    "variance_approval",
    "variance_require",
)
# what lets nobody through when it fails
GATE_STATES = ("variance_require",)


class IrActionsServer(models.Model):
    """Server action types of variance control: evaluate, raise, run a playbook.

    They only capture into the transaction; judging happens at its end. Inside an
    Automation Rule they fail open: a fault of theirs is a run row and a message to
    the automation owner, and the work goes on. A gate fails closed.
    """

    _name = "ir.actions.server"
    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[
            ("variance_evaluate", "Evaluate Variance"),
            ("variance_raise", "Raise Variance Exception"),
            ("variance_playbook", "Run Playbook"),
        ],
        ondelete={state: "cascade" for state in VARIANCE_STATES[:3]},
    )
    # --- evaluate
    variance_metric_ids = fields.Many2many(
        "mfg.variance.metric",
        "ir_act_server_variance_metric_rel",
        "server_id",
        "metric_id",
        string="Metrics",
        help="Leave empty to evaluate all metrics of the model.",
    )
    variance_phase = fields.Selection(
        [("final", "Finished"), ("running", "Still running")],
        string="Evaluate As",
        default="final",
    )
    # --- raise
    variance_category_id = fields.Many2one(
        "mfg.variance.category", string="Category", ondelete="restrict"
    )
    variance_severity = fields.Selection(
        SEVERITY_SELECTION, string="Severity", default="warning"
    )
    variance_title = fields.Char(
        string="Exception Title",
        translate=True,
        help="Plain text; %(name)s stands for the name of the record.",
    )
    # --- raise and run
    variance_playbook_id = fields.Many2one(
        "mfg.variance.playbook", string="Playbook", ondelete="restrict"
    )

    # ------------------------------------------------------------------
    # name and warnings
    # ------------------------------------------------------------------

    def _name_depends(self):
        return [
            *super()._name_depends(),
            "variance_metric_ids",
            "variance_category_id",
            "variance_playbook_id",
        ]

    def _generate_action_name(self):
        self.ensure_one()
        subject = {
            "variance_evaluate": ", ".join(self.variance_metric_ids.mapped("name")),
            "variance_raise": self.variance_category_id.name,
            "variance_playbook": self.variance_playbook_id.name,
        }.get(self.state)
        name = super()._generate_action_name()
        return f"{name}: {subject}" if subject else name

    @api.model
    def _warning_depends(self):
        return [
            *super()._warning_depends(),
            "variance_metric_ids.source_model",
            "variance_category_id",
            "variance_severity",
            "variance_playbook_id",
        ]

    def _get_warning_messages(self):
        warnings = super()._get_warning_messages()
        if self.state in VARIANCE_STATES and self.model_id:
            warnings += getattr(self, f"_get_{self.state}_warnings")()
        return warnings

    def _get_variance_evaluate_warnings(self):
        if self.model_name in MEASURED_MODELS:
            foreign = self.variance_metric_ids.filtered(
                lambda metric: metric.source_model not in MEASURED_MODELS
            )
            if foreign:
                return [
                    self.env._(
                        "These metrics are not measured on %(model)s: %(metrics)s. "
                        "Choose others.",
                        model=self.model_id.name,
                        metrics=", ".join(foreign.mapped("name")),
                    )
                ]
            return []
        warnings = []
        if len(self.variance_metric_ids) != 1:
            warnings.append(
                self.env._("Choose the one metric that these figures belong to.")
            )
        return warnings + self._get_mapping_warnings()

    def _get_variance_raise_warnings(self):
        if self.variance_category_id and self.variance_severity:
            return []
        return [self.env._("Choose the category and the severity of the exception.")]

    def _get_variance_playbook_warnings(self):
        warnings = []
        if self.model_name != "mfg.variance.exception":
            warnings.append(
                self.env._(
                    "A playbook runs on variance exceptions. Choose that model, or "
                    "raise an exception that has the playbook."
                )
            )
        if not self.variance_playbook_id:
            warnings.append(self.env._("Choose the playbook to run."))
        return warnings

    # ------------------------------------------------------------------
    # the cached rules remember what their actions do
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(vals_list)
        actions._forget_rules(actions._get_rules())
        return actions

    def write(self, vals):
        before = self._get_rules()
        result = super().write(vals)
        self._forget_rules(before | self._get_rules())
        return result

    def unlink(self):
        before = self._get_rules()
        result = super().unlink()
        self._forget_rules(before)
        return result

    def _get_rules(self):
        # sudo: only whether there is a rule, whoever edits the action
        return self.sudo().base_automation_id

    def _forget_rules(self, rules):
        if rules:
            rules._forget_known_rules()

    # ------------------------------------------------------------------
    # running
    # ------------------------------------------------------------------

    def run(self):
        result = False
        for action in self:
            # sudo: the type of an action the user may not read
            if action.sudo().state in VARIANCE_STATES:
                result = action._run_variance()
            else:
                # somebody else's code gets no token of ours
                action = action.with_env(without_tokens(action.env))
                result = super(IrActionsServer, action).run()
        return result

    @own_entry
    def _run_variance(self):
        """Run an action of our own types; inside a rule its failure is only recorded.

        Unless it is a gate, which refuses by failing. A person who starts the action
        from the menu gets the error instead.
        """
        context = self.env.context
        if not self._is_in_rule():
            return super().run()
        if context.get("onchange_self") is not None:
            return False  # a form still being filled in has nothing to judge
        # capturing only remembers ids: it needs no savepoint, which would cost the
        # busiest rules two queries and an early flush each
        state = self.sudo().state  # sudo: the type of an action he may not read
        if state in GATE_STATES:
            return super().run()
        is_contained = state != "variance_evaluate"
        try:
            if not is_contained:
                return super().run()
            self.env.flush_all()
            with self.env.cr.savepoint(flush=False):
                result = super().run()
                self.env.flush_all()
            return result
        except Exception as error:
            self.env["mfg.variance.engine"]._reraise_concurrency(error)
            if is_contained:
                # what was pending is undone with the savepoint; unlike cr.clear()
                # this keeps what waits for the end of the transaction
                self.env.transaction.clear()
            elif isinstance(error, psycopg2.Error):
                raise  # no savepoint saved the transaction: somebody else's error
            # sudo: names the action and its rule in the run row
            action = self.sudo()
            records = self.env[context["active_model"]].browse(context["active_ids"])
            self._log_variance_failure(
                action.name, error, records, action.base_automation_id
            )
            return False

    def _is_in_rule(self):
        """True when an Automation Rule runs this action.

        Odoo keeps the rules under way in the context as records, which no client can
        send: the context key alone would let anybody silence an error.
        """
        under_way = self.env.context.get("__action_done") or ()
        return any(isinstance(rule, models.BaseModel) for rule in under_way)

    @api.model
    def _log_variance_failure(self, name, error, records, rule):
        """Record a fault of our automation; this itself must not stop anybody."""
        message = f"{type(error).__name__}: {error}"
        _logger.error("Variance rule %s (#%s) failed: %s", name, rule.id, message)
        company = "company_id" in records._fields and records.sudo()[:1].company_id
        try:
            with self.env.cr.savepoint(flush=False):
                self.env["mfg.variance.run"]._log(
                    "rule",
                    name,
                    "failed",
                    error=message,
                    rule_id=rule.id,
                    res_model=records._name,
                    res_id=records[:1].id,
                    record_count=len(records),
                    company_id=company.id if company else False,
                )
        except Exception as second:
            self.env["mfg.variance.engine"]._reraise_concurrency(second)
            _logger.exception("The failure of rule %s is not recorded", rule.id)

    def _run_action_variance_evaluate_multi(self, eval_context=None):
        """Remember the records; the engine judges them when the transaction ends."""
        records = self._get_eval_records(eval_context)
        if self.variance_is_mapped:
            self.env["mfg.variance.engine"]._capture_facts(
                self.variance_metric_ids,
                [self._prepare_variance_fact(record) for record in records],
            )
            return False
        self._capture_variance(records, self.variance_phase, self.variance_metric_ids)
        return False

    @api.model
    def _capture_variance(self, records, phase, metrics=None):
        """Hand records to the engine, with the work orders they belong to.

        :param metrics: only these; empty means all metrics of the models in question
        """
        sources = [records]
        if records._name == "mrp.production":
            sources.append(records.workorder_ids)
        elif records._name == "mrp.workcenter.productivity":
            sources.append(records.workorder_id)
        for source in sources:
            codes = [
                metric.code
                for metric in metrics or ()
                if metric.source_model == source._name
            ]
            if codes or not metrics:
                self.env["mfg.variance.engine"]._capture(
                    codes, source, phase or "final"
                )

    def _run_action_variance_raise_multi(self, eval_context=None):
        """Open the exception this action describes on each record."""
        records = self._get_eval_records(eval_context)
        self.env["mfg.variance.engine"]._raise(self, records)
        return False

    def _run_action_variance_playbook_multi(self, eval_context=None):
        """Run the playbook's steps on the exceptions at once."""
        self.variance_playbook_id._run(self._get_eval_records(eval_context))
        return False

    def _get_eval_records(self, eval_context):
        return (
            eval_context.get("records")
            or eval_context.get("record")
            or self.env[self.model_name]
        )

    # ------------------------------------------------------------------
    # health
    # ------------------------------------------------------------------

    def _get_variance_faults(self):
        """Return a sentence for everything that keeps a rule from running these."""
        faults = []
        for action in self:
            if action.group_ids:
                faults.append(
                    self.env._(
                        "the action %(action)s is limited to groups; whoever is not "
                        "in them is stopped or not measured.",
                        action=action.name,
                    )
                )
            if action.warning:
                faults.append(
                    self.env._(
                        "the action %(action)s has a warning: %(warning)s",
                        action=action.name,
                        warning=action.warning,
                    )
                )
        return faults
