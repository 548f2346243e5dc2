from datetime import timedelta

from odoo.tests import new_test_user

from .exception_case import ExceptionCase


class DeadlineCase(ExceptionCase):
    """Cases opened at a given moment of a plant with three shifts, all days.

    Monday 2026-01-05 is a working day; the company works from 8 to 16 on weekdays.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = cls._make_calendar("Office", 8, 16)
        cls.office.attendance_ids.filtered(
            lambda row: row.dayofweek in ("5", "6")
        ).unlink()
        cls.company.resource_calendar_id = cls.office
        cls.plant.resource_calendar_id = cls.calendar
        cls.manager, cls.quality = (
            new_test_user(
                cls.env,
                f"variance_{role}",
                groups=f"mfg_variance_core.group_{role},mrp.group_mrp_user",
            )
            for role in ("production_manager", "quality_manager")
        )
        cls.monday = cls.moment("2026-01-05 10:00:00")
        cls.sla = {
            severity: cls.env.ref(f"mfg_variance_core.sla_{severity}")
            for severity in ("warning", "major", "critical")
        }
        cls.cron = cls.env.ref("mfg_variance_core.cron_deadlines")
        cls.Row = cls.env["mfg.variance.exception.escalation"]
        cls.Duty = cls.env["mfg.variance.duty"]
        cls.number = 0

    def make_case(self, severity="major", at=None, **values):
        """A case detected then, owned by the plant's supervisor."""
        at = at or self.monday
        type(self).number += 1
        with self.at(at):
            return self.Case._open_cases(
                [
                    {
                        "title": "Gear took too long",
                        "severity": severity,
                        "company_id": self.company.id,
                        "plant_id": self.plant.id,
                        "metric_id": self.metric.id,
                        "category_id": self.metric.category_id.id,
                        "fingerprint": f"v1:test{self.number}",
                        "owner_id": self.supervisor.id,
                        "first_event_at": at,
                        "detected_at": at,
                        "currency_id": self.company.currency_id.id,
                        **values,
                    }
                ]
            )

    def put(self, user, role, **values):
        return self.Duty.create(
            {
                "role": role,
                "user_id": user.id,
                "plant_id": self.plant.id,
                "date_from": "2026-01-01",
                **values,
            }
        )

    def watch(self, at):
        """Let the scheduled action look at what is due then."""
        self.env.flush_all()
        with self.at(at), self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def deadlines(self, case):
        """Hours from detection to each of the four deadlines; None without."""
        return tuple(
            (case[f"{clock}_by"] - case.detected_at) / timedelta(hours=1)
            if case[f"{clock}_by"]
            else None
            for clock in ("acknowledge", "contain", "decide", "resolve")
        )
