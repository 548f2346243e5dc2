from datetime import timedelta

from odoo.tests import new_test_user

from .exception_case import ExceptionCase


class NoiseCase(ExceptionCase):
    """A playbook that calls, and people who may or may not shelve."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "noise_manager",
            groups="mfg_variance_core.group_production_manager,mrp.group_mrp_user",
        )
        cls.Silence = cls.env["mfg.variance.silence"]
        cls.Incident = cls.env["mfg.variance.incident"]

    def calling(self, **values):
        """A policy on the lathe whose cases call their owner from a warning on."""
        book = self.make_playbook(("flag", "warning", {}), ("activity", "warning", {}))
        limits = (("warning", 50, 0), ("major", 100, 0))
        return self.make_policy(
            **{
                "workcenter_id": self.center.id,
                "playbook_id": book.id,
                "limits": limits,
                **values,
            }
        )

    def called(self, case):
        """``(outcome, why nobody was called)`` of the step that calls."""
        run = case.run_ids.filtered(lambda run: run.step_id.kind == "activity")
        return [(one.outcome, one.push_refusal) for one in run.sorted("id")]

    def shelve(self, case=None, user=None, **values):
        """Shelve through the wizard, as a person does."""
        values = {"reason": "Tool is being ground", "until": "days", **values}
        if case:
            values["exception_id"] = case.id
        wizard = self.env["mfg.variance.shelve"].with_user(user or self.supervisor)
        known = self.Silence.search([])
        wizard.create(values).action_apply()
        return self.Silence.search([]) - known

    def shelve_center(self, **values):
        return self.shelve(
            what="other",
            workcenter_id=self.center.id,
            metric_id=self.metric.id,
            plant_id=self.plant.id,
            **values,
        )

    def hours(self, count):
        return self.now + timedelta(hours=count)
