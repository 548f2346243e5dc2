from odoo.tests import new_test_user

from .common import VarianceCommon


class DutyCase(VarianceCommon):
    """The plant with its three shifts, a moment in each, and people to put on duty."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Duty = cls.env["mfg.variance.duty"]
        cls.early, cls.late, cls.night = cls.plant.shift_ids.sorted("hour_from")
        cls.manager = new_test_user(
            cls.env,
            "variance_manager",
            groups="mfg_variance_core.group_production_manager,mrp.group_mrp_user",
        )
        cls.anna, cls.ben = (
            new_test_user(
                cls.env, f"variance_{name}", groups="mfg_variance_core.group_supervisor"
            )
            for name in ("anna", "ben")
        )
        cls.far_plant = cls.env["mfg.variance.plant"].create(
            {"name": "Far", "code": "FAR2", "tz": "UTC"}
        )
        cls.monday_noon = cls.moment("2026-01-05 12:00:00")
        cls.monday_night = cls.moment("2026-01-05 23:00:00")
        cls.after_midnight = cls.moment("2026-01-06 03:00:00")

    def put(self, user, role="supervisor", shift=None, plant=None, **values):
        """Put somebody on duty, all of January 2026 unless told otherwise."""
        return self.Duty.create(
            {
                "role": role,
                "user_id": user.id,
                "plant_id": (self.plant if plant is None else plant).id,
                "shift_id": shift.id if shift else False,
                "date_from": "2026-01-01",
                **values,
            }
        )

    def owner_at(self, moment, role="supervisor"):
        """``(owner, reason)`` of a case of that role opened then."""
        vals = self.plant._prepare_owner_vals(role, self.company, moment)
        return self.env["res.users"].browse(vals["owner_id"]), vals["owner_reason"]
