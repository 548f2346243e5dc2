from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import TransactionCase, tagged

# What our own classes offer to remote callers. Whoever adds a public method decides
# here that anybody with a login may call it with any arguments; ORM verbs are guarded
# by access rights, record rules and the guards.
ORM_VERBS = {"create", "write", "unlink", "copy"}
ALLOWED = {
    # opens a list or form, or returns presentation; rights and rules of the user
    "mfg.variance.exception": {
        "action_take",
        "action_acknowledge",
        "action_contain",
        "action_start_resolving",
        "action_resolve",
        "action_close",
        "action_done",
        "action_accept_clear",
        "action_reopen",
        "action_set_cause",
        "action_open_measurements",
        # checks who may read the names of those who worked
        "action_print_evidence",
        "action_open_muted",
        "action_shelve",
        "action_end_shelving",
        "action_split",
        "action_variance_explain",
        "action_open_window",
        "action_create_rework_order",
        "action_open_dispositions",
        "action_decide_dispositions",
        "action_open_rework_orders",
        "action_open_approvals",
        "action_hold",
        "action_open_holds",
        "action_pause",
        "action_resume",
        "action_verify",
        "action_add_task",
        "action_find_suspects",
    },
    # what is decided is checked by the matrix, for who is there or who signed
    "mfg.variance.approval": {"action_decide", "action_withdraw", "action_open_record"},
    "mfg.variance.board": {"action_open_board"},
    "mfg.variance.decide": {"action_approve", "action_reject"},
    "mfg.variance.delegation": {"action_end"},
    "mfg.variance.pin": {"action_apply"},
    "mfg.variance.break_glass": {"action_review"},
    "mfg.variance.break_glass.ask": {"action_apply"},
    "mfg.variance.break_glass.review": {"action_justified", "action_not_justified"},
    "res.users": {"action_variance_set_pin"},
    # each checks the person: who may plan, do, and verify what others did
    "mfg.variance.exception.task": {
        "action_done",
        "action_verify",
        "action_undo",
        "action_cancel",
    },
    "mfg.variance.pause": {"action_apply"},
    "mfg.variance.verify": {"action_verify", "action_verify_and_close"},
    "mfg.variance.case.step": {"action_answer"},
    # signing asks the authority: who changed nothing, in his own session
    "mfg.variance.control.review": {"action_open_changes", "action_sign"},
    "mfg.variance.control.sign": {"action_sign"},
    "mfg.variance.category": {"action_print_governance"},
    "mfg.variance.cause.wizard": {"action_apply", "action_choose"},
    # reads for operators, each with his own rights and places
    "mfg.variance.floor": {"action_get_my_shift", "action_find"},
    # checks the role and the place; the reporter is whoever calls
    "mfg.variance.problem": {"action_get_choices", "action_raise"},
    # supervisors of the plant, from the state before only
    "mfg.variance.handover": {
        "action_prepare_handover",
        "action_refresh",
        "action_set_remark",
        "action_ask_remark",
        "action_sign",
        "action_accept",
        "action_print",
    },
    "mfg.variance.handover.remark": {"action_apply"},
    "mfg.variance.incident": {
        "action_take",
        "action_merge",
        "action_ungroup",
        "action_open_cases",
    },
    "mfg.variance.inhibition": {"action_activate", "action_open_muted"},
    # opens what a row is about, with the rights of the reader
    "mfg.variance.ledger": {"action_open_record"},
    # reads the whole chain and tells hashes; managers and auditors
    "mfg.variance.ledger.check": {"action_verify", "action_open_row"},
    # ask the authority: a manager who works everywhere, a second one to purge
    "mfg.variance.ledger.export": {"action_purge", "action_download"},
    "mfg.variance.ledger.export.ask": {"action_export"},
    "mfg.variance.measurement": {"action_open_source"},
    "mfg.variance.standard.review": {
        "action_accept",
        "action_dismiss",
        "action_open_readings",
    },
    "mfg.variance.series": {"action_open_readings", "action_open_exceptions"},
    "mfg.variance.shelve": {
        "action_shift",
        "action_today",
        "action_days",
        "action_apply",
    },
    "mfg.variance.silence": {"action_end", "action_open_muted"},
    "mfg.variance.policy": {
        "action_shadow",
        "action_activate",
        "action_request_activation",
        "action_retire",
        "action_new_version",
        "action_open_exceptions",
        "action_open_shadow_hits",
    },
    "mfg.variance.policy.version": {
        "action_shadow",
        "action_activate",
        "action_request_activation",
        "action_retire",
        "action_new_version",
    },
    # counts, for the roles it checks itself
    "mfg.variance.readiness": {"action_read"},
    "mrp.production": {
        "action_confirm",
        "action_update_bom",
        "pre_button_mark_done",
        "button_mark_done",
    },
    "mrp.workorder": {"action_variance_raise_problem", "button_finish"},
    "mfg.variance.explain": {"action_explain"},
    # supervisors ask, those the matrix names decide; the rest opens lists and forms
    "mfg.variance.dispose": {"action_apply"},
    "mfg.variance.disposition": {
        "action_withdraw",
        "action_retry",
        "action_open_documents",
        "action_open_approval",
        "action_open_hold",
    },
    # operators confirm what they saw; the others open dialogs and print
    "mfg.variance.hold": {
        "action_ask_no_ship",
        "action_break_glass",
        "action_confirm",
        "action_find_suspects",
        "action_decide",
        "action_open_dispositions",
        "action_print_tag",
    },
    "mfg.variance.hold.ask": {"action_apply"},
    "mfg.variance.hold.confirm": {"action_apply"},
    # supervisors and engineers search; holding asks the authority
    "mfg.variance.suspect": {
        "action_open_lines",
        "action_open_unheld",
        "action_open_delivered",
        "action_hold_here",
        "action_search_again",
    },
    "mfg.variance.suspect.wizard": {"action_apply"},
    "mfg.variance.hold.wizard": {
        "action_apply",
        "action_hold_lot",
        "action_hold_component_lots",
        "action_hold_workorder",
        "action_hold_production",
        "action_hold_workcenter",
        "action_hold_picking",
    },
    # a mixin of what can be held
    "mfg.variance.holdable": {"action_open_variance_holds", "action_variance_hold"},
    # refuses while something is held
    "ir.module.module": {"button_uninstall", "module_uninstall"},
    "stock.lot": {"action_variance_explain"},
    "stock.scrap": {"action_variance_explain", "do_scrap", "action_validate"},
    "product.template": {
        "action_open_variance_exceptions",
        "action_open_variance_holds",
        "action_variance_hold",
    },
    "ir.actions.server": {"run"},
    # a mixin of orders, work orders, work centers and products
    "mfg.variance.linked": {
        "action_open_variance_exceptions",
        "action_variance_explain",
        "action_open_variance_muted",
    },
}
# Odoo's own names for what a person presses; ours only look on
OF_ODOO = {
    "run",
    "pre_button_mark_done",
    "button_mark_done",
    "button_finish",
    "button_uninstall",
    "module_uninstall",
    "do_scrap",
    "action_validate",
    "action_unbuild",
}
# without an access rule for anybody: abstract, nothing to read or write
WITHOUT_ACCESS = {
    "mfg.variance.about",
    "mfg.variance.authority",
    "mfg.variance.board",
    "mfg.variance.cached",
    "mfg.variance.placed",
    "mfg.variance.special",
    "mfg.variance.engine",
    "mfg.variance.control",
    "mfg.variance.control.rights",
    "mfg.variance.dialog",
    "mfg.variance.guarded",
    "mfg.variance.holdable",
    "mfg.variance.linked",
    "mfg.variance.readiness",
    "mfg.variance.station",
    "mfg.variance.floor",
}
OURS = "odoo.addons.mfg_variance_core."


@tagged("post_install", "-at_install")
class TestSecuritySurface(TransactionCase):
    """What a remote caller can reach at all."""

    def _get_public(self):
        """``{model: names}`` of the public methods defined in this addon."""
        found = {}
        for name, model_class in self.registry.items():
            for cls in model_class.mro():
                if not cls.__module__.startswith(OURS):
                    continue
                home = getattr(cls, "_name", None) or name
                for attribute, value in vars(cls).items():
                    if (
                        callable(value)
                        and attribute not in ORM_VERBS
                        and self._is_public(name, attribute)
                    ):
                        found.setdefault(home, set()).add(attribute)
        return found

    def _is_public(self, model, name):
        """As Odoo decides it for every remote call."""
        try:
            return bool(get_public_method(self.env[model], name))
        except (AccessError, AttributeError):
            return False

    def test_public_methods_are_the_ones_decided_on(self):
        self.maxDiff = None
        self.assertEqual(self._get_public(), ALLOWED)

    def test_what_remote_callers_may_call_says_so_by_its_name(self):
        for model, names in self._get_public().items():
            for name in names - OF_ODOO:
                self.assertTrue(name.startswith("action_"), f"{model}.{name}")

    def test_every_model_has_access_rules_but_the_abstract_ones(self):
        without = {
            name
            for name in self.registry
            if name.startswith("mfg.variance.")
            and not self.env["ir.model.access"].search_count(
                [("model_id.model", "=", name), ("active", "=", True)]
            )
        }
        ours = {
            name
            for name in without
            if self.registry[name].__module__.startswith("odoo")
            and self.registry[name]._original_module == "mfg_variance_core"
        }
        self.assertEqual(ours, WITHOUT_ACCESS)

    def test_no_access_rule_is_for_everybody(self):
        rules = self.env["ir.model.access"].search(
            [("model_id.model", "=like", "mfg.variance.%")]
        )
        outsiders = self.env.ref("base.group_portal") | self.env.ref(
            "base.group_public"
        )
        for rule in rules:
            self.assertTrue(rule.group_id, rule.name)
            self.assertNotIn(rule.group_id, outsiders, rule.name)

    def test_no_role_writes_evidence_by_access_rights(self):
        rules = self.env["ir.model.access"].search(
            [
                (
                    "model_id.model",
                    "in",
                    [
                        "mfg.variance.disposition",
                        "mfg.variance.case.step",
                        "mfg.variance.case.step.log",
                        "mfg.variance.measurement",
                        "mfg.variance.standard",
                        "mfg.variance.incident",
                        "mfg.variance.run",
                        "mfg.variance.silence",
                        "mfg.variance.watch",
                        "mfg.variance.shadow.hit",
                        "mfg.variance.problem",
                        "mfg.variance.handover",
                        "mfg.variance.approval",
                        "mfg.variance.approval.step",
                        "mfg.variance.approval.decision",
                        "mfg.variance.break_glass",
                        "mfg.variance.exception.escalation",
                        "mfg.variance.exception.pause",
                    ],
                )
            ]
        )
        for rule in rules:
            self.assertFalse(
                rule.perm_write or rule.perm_create or rule.perm_unlink, rule.name
            )

    def test_the_auditor_writes_no_record_that_lasts(self):
        auditor = self.env.ref("mfg_variance_core.group_auditor")
        implied = auditor | auditor.all_implied_ids
        rules = self.env["ir.model.access"].search(
            [
                ("model_id.model", "=like", "mfg.variance.%"),
                ("model_id.transient", "=", False),
                ("group_id", "in", implied.ids),
            ]
        )
        for rule in rules:
            self.assertFalse(
                rule.perm_write or rule.perm_create or rule.perm_unlink, rule.name
            )

    def test_administering_the_app_makes_nobody_an_engineer(self):
        group = self.env.ref("mfg_variance_core.group_administrator")
        engineer = self.env.ref("mfg_variance_core.group_process_engineer")
        self.assertNotIn(engineer, group.all_implied_ids)
        settings = self.env.ref("base.group_system")
        self.assertFalse(
            settings.all_implied_ids.filtered(
                lambda one: (
                    one.privilege_id.get_external_id().get(one.privilege_id.id)
                    == "mfg_variance_core.privilege_variance"
                )
            )
        )
