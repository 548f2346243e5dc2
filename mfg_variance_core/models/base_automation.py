from dataclasses import dataclass

from odoo import api, models, tools
from odoo.exceptions import MissingError
from odoo.tools import SQL

from odoo.addons.base_automation.models import base_automation

from .cache import forget, is_forgotten
from .ir_actions_server_mapping import MEASURED_MODELS

# "stable": rules change rarely, while the default cache is emptied all day long
RULE_CACHE = "stable"
WRITE_TRIGGERS = frozenset(base_automation.WRITE_TRIGGERS)
# what Odoo writes on a rule by itself, of no weight for the look-up
BOOKKEEPING_FIELDS = frozenset({"last_run"})


@dataclass(frozen=True, slots=True)
class KnownRule:
    """What the look-up remembers of a rule, as plain values."""

    id: int
    trigger: str
    fields: frozenset  # names of the trigger fields; empty = any field moves the rule
    phases: tuple  # what its actions capture when capturing is all they do


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
    """Automation Rules found in a cache instead of by a search at every write.

    Odoo searches the rules of a model again at every create, write and compute;
    that alone doubles the queries of a manufacturing order. What a rule that only
    captures would read again and again is remembered with it.
    """

    _name = "base.automation"
    _inherit = "base.automation"

    # ------------------------------------------------------------------
    # the cache
    # ------------------------------------------------------------------

    @tools.ormcache(cache=RULE_CACHE)
    def _get_known_rules(self):
        """Return {model name: (KnownRule, ...)} of the active rules, in their order."""
        known = {}
        for rule_id, model_name, trigger, names, phases in self._read_rules():
            is_plain = model_name in MEASURED_MODELS and None not in phases
            known.setdefault(model_name, []).append(
                KnownRule(
                    id=rule_id,
                    trigger=trigger,
                    fields=frozenset(names),
                    phases=tuple(phases) if is_plain else (),
                )
            )
        return {model_name: tuple(rules) for model_name, rules in known.items()}

    def _read_rules(self):
        """Read all active rules in one query; the ORM takes nine, and whoever finds
        the cache empty is a person waiting at a button.

        Rows: rule id, model name, trigger, names of the trigger fields, and for each
        action the phase it captures, NULL if it does anything else or asks for groups.
        """
        actions = self.env["ir.actions.server"]
        self.flush_model(["active", "model_id", "trigger", "trigger_field_ids"])
        actions.flush_model(
            [
                "base_automation_id",
                "model_id",
                "state",
                "variance_phase",
                "group_ids",
                "variance_metric_ids",
            ]
        )
        trigger_fields = self._fields["trigger_field_ids"]
        links = [actions._fields[name] for name in ("group_ids", "variance_metric_ids")]
        is_linked = SQL(" OR ").join(
            SQL(
                "EXISTS (SELECT FROM %s link WHERE link.%s = action.id)",
                SQL.identifier(link.relation),
                SQL.identifier(link.column1),
            )
            for link in links
        )
        return self.env.execute_query(
            SQL(
                """
                SELECT rule.id, model.model, rule.trigger,
                       ARRAY(SELECT field.name
                               FROM %(relation)s link
                               JOIN ir_model_fields field ON field.id = link.%(field)s
                              WHERE link.%(rule)s = rule.id),
                       ARRAY(SELECT CASE
                                    WHEN action.state = 'variance_evaluate'
                                         AND action.model_id = rule.model_id
                                         AND NOT (%(is_linked)s)
                                    THEN COALESCE(action.variance_phase, 'final')
                                    END
                               FROM ir_act_server action
                              WHERE action.base_automation_id = rule.id)
                  FROM base_automation rule
                  JOIN ir_model model ON model.id = rule.model_id
                 WHERE rule.active
              ORDER BY rule.id
                """,
                relation=SQL.identifier(trigger_fields.relation),
                rule=SQL.identifier(trigger_fields.column1),
                field=SQL.identifier(trigger_fields.column2),
                is_linked=is_linked,
            )
        )

    @api.model
    def _has_pending_rule_change(self):
        """True while this transaction has changed rules without committing.

        What it sees must not reach the cache that others share.
        """
        return is_forgotten(self.env, RULE_CACHE)

    @api.model
    def _forget_known_rules(self):
        forget(self.env, RULE_CACHE)

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self._forget_known_rules()
        return rules

    def write(self, vals):
        result = super().write(vals)
        if not BOOKKEEPING_FIELDS.issuperset(vals):
            self._forget_known_rules()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_known_rules()
        return result

    # ------------------------------------------------------------------
    # the look-up
    # ------------------------------------------------------------------

    def _get_actions(self, records, triggers):
        if self._has_pending_rule_change():
            return super()._get_actions(records, triggers)
        known = self._get_known_rules()
        found = [
            rule.id for rule in known.get(records._name, ()) if rule.trigger in triggers
        ]
        context = self.env.context
        if "__action_done" not in context:
            context = dict(context, __action_done={})
        rules = self.with_context(context).browse(found)
        if not rules:
            return rules
        # one query for the rules of all measured models: they fire together
        together = [rule.id for name in MEASURED_MODELS for rule in known.get(name, ())]
        rules = rules.with_prefetch(tuple(dict.fromkeys(found + together)))
        if rules._is_current(records._name, triggers):
            return rules
        self.env.registry.clear_cache(RULE_CACHE)
        return super()._get_actions(records, triggers)

    def _is_current(self, model_name, triggers):
        """True when this transaction sees the cached rules as they were cached.

        Costs no query of its own: whoever asks for the rules reads these rows next.
        """
        model_id = self.env["ir.model"]._get_id(model_name)
        try:
            # sudo: the rules run whoever works, and so whoever works compares them
            rules = self.sudo()
            is_current = all(
                rule.active
                and rule.trigger in triggers
                and rule.model_id.id == model_id
                for rule in rules
            )
        except MissingError:
            return False
        if is_current:
            # just compared: spares Odoo the look at ir.model for every condition
            self._fields["model_name"]._update_cache(self, model_name)
        return is_current

    @api.model
    def _is_unmoved_by(self, model_name, names):
        """True when each write rule of the model names trigger fields, none of these.

        Such a write would be examined rule by rule and then do nothing.
        """
        if self._has_pending_rule_change():
            return False
        return all(
            rule.fields and rule.fields.isdisjoint(names)
            for rule in self._get_known_rules().get(model_name, ())
            if rule.trigger in WRITE_TRIGGERS
        )

    def _get_known(self, model_name):
        """Return what is known of this rule, or None if it has to be read."""
        if self._has_pending_rule_change():
            return None
        rules = self._get_known_rules().get(model_name, ())
        return next((rule for rule in rules if rule.id == self.id), None)

    def _check_trigger_fields(self, record):
        known = self._get_known(record._name)
        if known is None:
            return super()._check_trigger_fields(record)
        old_values = self.env.context.get("old_values")
        if not known.fields or old_values is None:
            return True  # any field moves it, or the record is new
        old = old_values.get(record.id, {})
        return any(name in old and record[name] != old[name] for name in known.fields)

    def _process(self, records, domain_post=None):
        """Capture at once where capturing is all that Odoo's way round would do.

        Nothing is written, so no rule can be set off again and a record captured
        twice is judged once: Odoo's guard against recursion is not needed here.
        """
        known = self._get_known(records._name)
        if (
            known is None
            or not known.phases
            or "date_automation_last" in records._fields
        ):
            return super()._process(records, domain_post=domain_post)
        moved = records.filtered(self._check_trigger_fields)
        if moved:
            self._capture_shielded(moved, known.phases)
        return None

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
