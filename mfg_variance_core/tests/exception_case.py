from datetime import timedelta

from .common import VarianceCommon


class ExceptionCase(VarianceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cause = cls.env.ref("mfg_variance_core.cause_tool")

    def choose(self, cases, user=None, **values):
        Wizard = self.env["mfg.variance.cause.wizard"].with_user(user or self.operator)
        return Wizard.action_choose(cases.ids, self.cause.id, **values)

    def correct(self, workorder, minutes):
        log = workorder.time_ids
        log.date_start = log.date_end - timedelta(minutes=minutes)
        self.judge()
        return self.measured(workorder)

    def pattern(self, **values):
        return self.make_policy(
            workcenter_id=self.center.id,
            fingerprint_dims="workcenter_operation",
            **values,
        )

    def close(self, case, at=None):
        with self.at(at or self.now):
            self.choose(case)
