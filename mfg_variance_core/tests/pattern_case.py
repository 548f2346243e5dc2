from datetime import timedelta

from odoo.fields import Command

from odoo.addons.mfg_variance_core.models.fact import Fact

from .common import VarianceCommon


class PatternCase(VarianceCommon):
    """Readings of machine time as the engine stores them; 100 minutes are planned.

    170 minutes are a warning. The shipped policy opens a major case at 3 in 20.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("mfg_variance_core.cron_patterns")
        cls.pattern = cls.env.ref("mfg_variance_core.policy_repeated_overruns")
        cls.Series = cls.env["mfg.variance.series"]
        cls.source = 0
        # readings without a work order need a policy that asks for none
        cls.single = cls.make_policy(
            cls, name="Single", product_id=cls.gear.id, fingerprint_dims="product"
        )

    def take(self, actual=170.0, minutes_ago=60, center=None, **values):
        """One judged reading on a work center; returns its measurement."""
        type(self).source += 1
        dims = {
            "company_id": self.company.id,
            "plant_id": self.plant.id,
            "workcenter_id": (center or self.center).id,
            "product_id": self.gear.id,
            **values.pop("dims", {}),
        }
        fact = Fact(
            source_model="res.partner",
            source_id=values.pop("source_id", self.source),
            event_at=self.now - timedelta(minutes=minutes_ago),
            dims=dims,
            **{
                "planned": 100.0,
                "actual": actual,
                "quantity": 10.0,
                "amount": actual - 100.0,
                **values,
            },
        )
        return self.engine._clean_engine()._judge("work_order_time", "final", [fact])

    def take_all(self, *actuals, **values):
        """Readings one after the other, the last an hour ago."""
        rows = self.Measurement
        for number, actual in enumerate(actuals):
            ago = 60 + len(actuals) - number
            rows |= self.take(actual, minutes_ago=ago, **values)
        return rows

    def run_pass(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def patterns(self, policy=None):
        return self.Case.search([("policy_id", "=", (policy or self.pattern).id)])

    def series(self, policy=None):
        return self.Series.search([("policy_id", "=", (policy or self.pattern).id)])

    def windows(self, policy=None):
        return self.Measurement.search(
            [
                ("source_model", "=", "mfg.variance.series"),
                ("source_id", "in", self.series(policy).ids),
            ],
            order="id",
        )

    def make_pattern(self, limit=None, **values):
        return self.make_policy(
            limits=(),
            **{
                "method": "count_in_window",
                "fingerprint_dims": "workcenter",
                "workcenter_id": self.center.id,
                "limit_ids": [Command.create({"severity": "major", **(limit or {})})],
                **values,
            },
        )
