import functools

import psycopg2
from odoo import api, models, tools
from odoo.addons.base_automation.models import base_automation
from odoo.exceptions import ConcurrencyError, MissingError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

from ..guard import own_entry, without_tokens
from .ir_actions_server import VARIANCE_STATES

# "stable": rules change rarely, while the default cache is emptied all day long
RULE_CACHE = "stable"
RULES_CHANGED = "mfg_variance_core.rules_changed"
WRITE_TRIGGERS = tuple(base_automation.WRITE_TRIGGERS)
# what Odoo writes on a rule by itself, of no weight for the look-up
BOOKKEEPING_FIELDS = frozenset({"last_run"})


def _make_write(patched):
    def write(self, vals, **kw):
        if self.env["base.automation"]._is_unmoved_by(self._name, vals):
            return patched.origin(self, vals, **kw)
        return patched(self, vals, **kw)

    return write


def _make_compute_field_value(patched):
    def _compute_field_value(self, field):
        names = [f.name for f in self.pool.field_computed[field] if f.store]
        if self.env["base.automation"]._is_unmoved_by(self._name, names):
            return patched.origin(self, field)
        return patched(self, field)

    return _compute_field_value


class BaseAutomation(models.Model):
    """Automation Rules whose look-up is cached and whose variance rules fail open.

    Odoo searches the rules of a model again at every create, write and compute;
    that alone doubles the queries of a manufacturing order.
    """

    _name = "base.automation"
    _inherit = "base.automation"

    # ------------------------------------------------------------------
    # cached look-up
    # ------------------------------------------------------------------

    @tools.ormcache("model_name", "triggers", cache=RULE_CACHE)
    def _get_cached_rules(self, model_name, triggers):
        """Return ((rule id, frozenset of trigger field names), ...) as Odoo finds them.

        An empty set of names means that a write of any field moves the rule.
        """
        rules = super()._get_actions(self.env[model_name], list(triggers)).sudo()
        return tuple(
            (rule.id, frozenset(rule.trigger_field_ids.mapped("name")))
            for rule in rules
        )

    def _get_actions(self, records, triggers):
        if self._has_pending_rule_change():
            return super()._get_actions(records, triggers)
        known = self._get_cached_rules(records._name, tuple(triggers))
        if "__action_done" not in self.env.context:
            self = self.with_context(__action_done={})
        rules = self.browse(rule_id for rule_id, _names in known)
        if rules._is_current(records._name, triggers):
            return rules
        self.env.registry.clear_cache(RULE_CACHE)
        return super()._get_actions(records, triggers)

    def _is_current(self, model_name, triggers):
        """True when this transaction sees the cached rules as they were cached.

        Costs no query of its own: whoever asks for the rules reads these rows next.
        """
        try:
            model_id = self.env["ir.model"]._get_id(model_name) if self else False
            # sudo: rules are readable for administrators only, yet run for anybody
            return all(
                rule.active
                and rule.trigger in triggers
                and rule.model_id.id == model_id
                for rule in self.sudo()
            )
        except MissingError:
            return False

    @api.model
    def _is_unmoved_by(self, model_name, names):
        """True when all write rules of the model name trigger fields, none of them here.

        Such a write would be examined rule by rule and then do nothing.
        """
        if self._has_pending_rule_change():
            return False
        return all(
            trigger_names and trigger_names.isdisjoint(names)
            for _id, trigger_names in self._get_cached_rules(model_name, WRITE_TRIGGERS)
        )

    @api.model
    def _has_pending_rule_change(self):
        """True while this transaction has changed rules without committing.

        What it sees must not reach the cache that others share.
        """
        return RULES_CHANGED in self.env.cr.postcommit.data

    def _forget_cached_rules(self):
        """Empty the cache now and after the commit: until then others may refill it."""
        registry, postcommit = self.env.registry, self.env.cr.postcommit
        registry.clear_cache(RULE_CACHE)
        if RULES_CHANGED not in postcommit.data:
            postcommit.data[RULES_CHANGED] = True
            postcommit.add(functools.partial(registry.clear_cache, RULE_CACHE))

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._forget_cached_rules()
        return rules

    def write(self, vals):
        result = super().write(vals)
        if not BOOKKEEPING_FIELDS.issuperset(vals):
            self._forget_cached_rules()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_cached_rules()
        return result

    def _register_hook(self):
        """Let the methods Odoo has just patched return early where no rule is moved."""
        super()._register_hook()
        makers = {
            "write": _make_write,
            "_compute_field_value": _make_compute_field_value,
        }
        for model_class in self.env.registry.values():
            for name, make in makers.items():
                patched = vars(model_class).get(name)
                if getattr(patched, "__module__", "") == base_automation.__name__:
                    method = make(patched)
                    method.origin = patched.origin
                    setattr(model_class, name, method)

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

    def _skip_or_raise(self, error, records):
        """Record a domain that cannot be evaluated; raise what must not be swallowed.

        Only rules that do nothing but detect are skipped. A database error has
        spoilt the transaction already and belongs to Odoo's retry.
        """
        # sudo: reads the action types of a rule the user may not read
        rule = self.sudo()
        detects = rule.action_server_ids and all(
            action.state in VARIANCE_STATES for action in rule.action_server_ids
        )
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
