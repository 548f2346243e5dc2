import psycopg2

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

from ..guard import own_entry, without_tokens
from .ir_actions_server import GATE_STATES, VARIANCE_STATES


class BaseAutomation(models.Model):
    """Rules that only detect fail open; the health check finds them beforehand."""

    _name = "base.automation"
    _inherit = "base.automation"

    # ------------------------------------------------------------------
    # failing open
    # ------------------------------------------------------------------

    def _get_eval_context(self, payload=None):
        # a domain is code of somebody else: it gets no token of ours
        clean = self.with_env(without_tokens(self.env))
        return super(BaseAutomation, clean)._get_eval_context(payload=payload)

    def _filter_pre(self, records, feedback=False):
        try:
            return super()._filter_pre(records, feedback=feedback)
        except Exception as error:
            self._skip_or_raise(error, records)
            return records.browse()

    def _filter_post_export_domain(self, records, feedback=False):
        try:
            return super()._filter_post_export_domain(records, feedback=feedback)
        except Exception as error:
            self._skip_or_raise(error, records)
            return records.browse(), None

    def _capture_shielded(self, records, phases):
        """Capture records for the engine; a fault of ours stops nobody."""
        try:
            for phase in phases:
                self.env["ir.actions.server"]._capture_variance(records, phase)
        except Exception as error:
            self._skip_or_raise(error, records)

    def _skip_or_raise(self, error, records):
        """Record a domain that cannot be evaluated; raise what must not be swallowed.

        Only rules that do nothing but detect are skipped. A database error has
        spoilt the transaction already and belongs to Odoo's retry.
        """
        # sudo: reads the action types of a rule the user may not read
        rule = self.sudo()
        states = set(rule.action_server_ids.mapped("state"))
        detects = states and states <= set(VARIANCE_STATES) - set(GATE_STATES)
        if isinstance(error, psycopg2.Error | ConcurrencyError) or not detects:
            raise error
        self.env["ir.actions.server"]._log_variance_failure(
            rule.name, error, records, rule
        )

    # ------------------------------------------------------------------
    # health check
    # ------------------------------------------------------------------

    @api.model
    @own_entry
    def _cron_variance_health_check(self):
        """Look for rules of ours that would fail on the floor; record each change.

        The findings of the last check stand in its run row, so nothing is written
        and nobody is told as long as they stay the same.
        """
        # sudo: every rule with an action type of ours, whatever its model
        rules = self.sudo().search(
            [
                "|",
                ("action_server_ids.state", "in", VARIANCE_STATES),
                ("action_server_ids.child_ids.state", "in", VARIANCE_STATES),
            ]
        )
        findings = "\n".join(
            f"{rule.name}: {fault}"
            for rule in rules
            for fault in rule._get_variance_faults()
        )
        runs = self.env["mfg.variance.run"]
        # sudo: reads the previous result of this very check
        last = runs.sudo().search(
            [("kind", "=", "health"), ("res_model", "=", self._name)], limit=1
        )
        if last and (last.error or "") == findings:
            return
        runs._log(
            "health",
            self.env._("Health check of the automation rules"),
            outcome="failed" if findings else "ok",
            error=findings or False,
            record_count=len(rules),
            res_model=self._name,
        )

    def _get_variance_faults(self):
        """Return a sentence for everything that would make this rule fail."""
        self.ensure_one()
        model = self.env.get(self.model_name)
        if model is None:
            return [
                self.env._(
                    "the model %(model)s is not installed any more.",
                    model=self.model_name,
                )
            ]
        faults = []
        for domain in filter(None, (self.filter_pre_domain, self.filter_domain)):
            try:
                with self.env.cr.savepoint():
                    Domain(safe_eval(domain, self._get_eval_context())).validate(model)
            except Exception as error:
                faults.append(
                    self.env._(
                        "the condition %(domain)s cannot be evaluated (%(error)s).",
                        domain=domain,
                        error=error,
                    )
                )
        actions = self.action_server_ids
        for action in actions | actions.child_ids:
            faults += action._get_variance_faults()
        return faults
