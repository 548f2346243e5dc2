from odoo.tests import new_test_user

from .decision_case import DecisionCase

MANAGERS = ("quality_manager", "production_manager")


class ApprovalCase(DecisionCase):
    """People who may decide, and a case to decide about; beside a fixture."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Approval = cls.env["mfg.variance.approval"]
        cls.Decision = cls.env["mfg.variance.approval.decision"]
        cls.authority = cls.env["mfg.variance.authority"]
        cls.quality, cls.manager = (
            new_test_user(
                cls.env, f"decides_{role}", groups=f"mfg_variance_core.group_{role}"
            )
            for role in MANAGERS
        )
        cls.quality_two = new_test_user(
            cls.env,
            "decides_quality_two",
            groups="mfg_variance_core.group_quality_manager",
        )

    def ask(self, kind="hold_release", record=None, user=None, **values):
        """An approval that the supervisor asks for, about the plant unless told."""
        user = user or self.supervisor
        record = record if record is not None else self.plant
        approval = self.Approval.with_user(user)._request(
            kind, record.with_user(user), "It is measured again", **values
        )
        return approval.with_env(self.env)

    def one_rule(self, kind, *steps, **values):
        """The only rule for a kind, with these steps (dictionaries)."""
        Rule = self.env["mfg.variance.approval.rule"]
        Rule.search([("kind", "=", kind)]).active = False
        return Rule.create(
            {
                "name": kind,
                "kind": kind,
                "step_ids": [(0, 0, step) for step in steps],
                **values,
            }
        )
