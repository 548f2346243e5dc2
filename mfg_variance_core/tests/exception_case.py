from datetime import timedelta

from odoo.tests import new_test_user

from .common import VarianceCommon
from .decision_case import DecisionCase


class ExceptionCase(DecisionCase, VarianceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cause = cls.env.ref("mfg_variance_core.cause_tool")
        cls.second = new_test_user(
            cls.env,
            "variance_second",
            groups="mfg_variance_core.group_supervisor,mrp.group_mrp_user",
        )

    def choose(self, cases, user=None, **values):
        Wizard = self.env["mfg.variance.cause.wizard"].with_user(user or self.operator)
        return Wizard.action_choose(cases.ids, self.cause.id, **values)

    def correct(self, workorder, minutes):
        log = workorder.time_ids
        log.date_start = log.date_end - timedelta(minutes=minutes)
        self.judge()
        return self.measured(workorder)

    def add_task(self, case):
        return (
            self.env["mfg.variance.exception.task"]
            .with_user(self.supervisor)
            .create(
                {
                    "name": "Change the insert",
                    "exception_id": case.id,
                    "user_id": self.operator.id,
                    "due_date": self.now.date() + timedelta(days=1),
                }
            )
        )

    def pattern(self, **values):
        return self.make_policy(
            workcenter_id=self.center.id,
            fingerprint_dims="workcenter_operation",
            **values,
        )

    def ask_by_policy_alone(self):
        """Whatever the hour: no shift ends before the time of a policy is over."""
        self.env.ref("mfg_variance_core.sla_warning").active = False

    def resolve(self, case, user=None):
        """A full case moved to resolved, with its cause."""
        case = case.with_user(user or self.supervisor)
        if case.state == "new":
            case.action_take()
        case.action_start_resolving()
        self.choose(case, user or self.supervisor)
        case.action_resolve()
        return case

    def verify(self, case, user=None, note="Looked at the next pieces."):
        """Somebody else says in his own session that it worked."""
        user = user or self.second
        with self.signed_in(user):
            case.with_user(user)._verify(note)

    def verify_task(self, task, user=None):
        user = user or self.second
        with self.signed_in(user):
            task.with_user(user).action_verify("Seen")

    def close(self, case, at=None):
        with self.at(at or self.now):
            self.choose(case)
