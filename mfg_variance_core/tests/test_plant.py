from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestPlantShift(VarianceCommon):
    """The shift of a moment is that of the plant's own clock."""

    def shift(self, text):
        return self.plant._get_shift_at(self.moment(text)).name

    def test_given_new_warehouse_expected_plant(self):
        warehouse = self.env["stock.warehouse"].create({"name": "South", "code": "S"})
        plant = self.env["mfg.variance.plant"].search(
            [("warehouse_id", "=", warehouse.id)]
        )
        self.assertEqual((plant.name, plant.company_id), ("South", self.company))

    def test_given_new_company_expected_plant_of_its_warehouse(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        plants = self.env["mfg.variance.plant"].search(
            [("company_id", "=", company.id)]
        )
        warehouses = self.env["stock.warehouse"].search(
            [("company_id", "=", company.id)]
        )
        self.assertEqual(plants.warehouse_id, warehouses)

    @mute_logger("odoo.sql_db")
    def test_given_second_plant_for_warehouse_expected_refused(self):
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.plant.copy({"warehouse_id": self.warehouse.id})

    def test_given_borders_expected_start_belongs_to_the_shift(self):
        self.assertEqual(self.shift("2026-03-04 06:00:00"), "Early")
        self.assertEqual(self.shift("2026-03-04 13:59:59"), "Early")
        self.assertEqual(self.shift("2026-03-04 14:00:00"), "Late")
        self.assertEqual(self.shift("2026-03-04 03:00:00"), "Night")

    def test_given_time_zone_expected_local_shift(self):
        self.plant.tz = "Asia/Tokyo"
        self.assertEqual(self.shift("2026-03-04 00:00:00"), "Early")

    def test_given_night_shift_of_friday_expected_saturday_morning_is_its(self):
        self.plant.shift_ids = [Command.clear()]
        night = self.env["mfg.variance.plant.shift"].create(
            {"plant_id": self.plant.id, "name": "N", "hour_from": 22, "hour_to": 6}
        )
        saturday = self.moment("2026-03-07 03:00:00")
        self.assertEqual(self.plant._get_shift_at(saturday), night)
        sunday = self.moment("2026-03-08 03:00:00")
        self.assertFalse(self.plant._get_shift_at(sunday))

    def test_given_clocks_set_forward_expected_shift_moves_with_them(self):
        self.plant.tz = "Europe/Berlin"
        # 29 March 2026: six o'clock is five UTC the day before and four that day
        self.assertEqual(self.shift("2026-03-28 04:59:00"), "Night")
        self.assertEqual(self.shift("2026-03-28 05:00:00"), "Early")
        self.assertEqual(self.shift("2026-03-29 03:59:00"), "Night")
        self.assertEqual(self.shift("2026-03-29 04:00:00"), "Early")

    def test_given_clocks_set_back_expected_shift_moves_with_them(self):
        self.plant.tz = "Europe/Berlin"
        self.assertEqual(self.shift("2026-10-25 04:30:00"), "Night")
        self.assertEqual(self.shift("2026-10-25 05:00:00"), "Early")

    def test_given_impossible_hours_expected_refused(self):
        with self.assertRaises(ValidationError):
            self.plant.shift_ids[0].hour_from = 25

    def test_given_measurement_expected_shift_of_the_event(self):
        night = self.plant.shift_ids.filtered(lambda shift: shift.name == "Night")
        end = self.now.replace(hour=3, minute=0) - timedelta(days=3)
        row = self.finish(self.make_workorder(), 170, end=end)
        self.assertEqual(row.shift_id, night)
        self.assertEqual(row.exception_id.shift_id, night)


@tagged("post_install", "-at_install")
class TestPlantOfWork(VarianceCommon):
    """A work center has the plant it was given, else that of the order."""

    def test_given_center_with_plant_expected_that_one(self):
        other = self.env["mfg.variance.plant"].create({"name": "Hall", "code": "H"})
        self.center.variance_plant_id = other
        self.assertEqual(self.finish(self.make_workorder(), 50).plant_id, other)

    def test_given_center_without_plant_expected_that_of_the_order(self):
        self.center.variance_plant_id = False
        self.assertEqual(self.finish(self.make_workorder(), 50).plant_id, self.plant)

    def test_given_plant_deleted_expected_measured_without(self):
        self.center.variance_plant_id = False
        self.finish(self.make_workorder(), 50)
        self.Measurement.search([("plant_id", "=", self.plant.id)])
        self.env["mfg.variance.plant"]._get_id_of(self.warehouse.id)
        self.plant.warehouse_id = False
        self.assertFalse(self.finish(self.make_workorder(), 50).plant_id)

    def test_given_unused_plant_deleted_expected_not_remembered(self):
        warehouse = self.env["stock.warehouse"].create({"name": "South", "code": "S"})
        Plant = self.env["mfg.variance.plant"]
        plant = Plant.browse(Plant._get_id_of(warehouse.id))
        plant.unlink()
        self.assertFalse(Plant._get_id_of(warehouse.id))


@tagged("post_install", "-at_install")
class TestPlantVisibility(VarianceCommon):
    """People see their plants and companies, and a move takes effect at once (D17)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        warehouse = cls.env["stock.warehouse"].create({"name": "South", "code": "S"})
        cls.south = cls.env["mfg.variance.plant"].search(
            [("warehouse_id", "=", warehouse.id)]
        )

    def test_given_no_plants_expected_all_of_the_companies(self):
        case = self.open_case()
        self.assertIn(case, self.Case.with_user(self.operator).search([]))

    def test_given_moved_user_expected_effect_at_once(self):
        case = self.open_case()
        row = case.measurement_ids
        mine = self.Case.with_user(self.operator)
        for plants, is_seen in (
            (self.plant, True),
            (self.south, False),
            (self.plant | self.south, True),
            (self.env["mfg.variance.plant"], True),
        ):
            self.operator.variance_plant_ids = plants
            with self.subTest(plants=plants.mapped("name")):
                self.assertEqual(case in mine.search([]), is_seen)
                self.assertEqual(
                    case.with_user(self.operator).has_access("read"), is_seen
                )
                self.assertEqual(
                    row.with_user(self.operator).has_access("read"), is_seen
                )

    def test_given_other_company_expected_hidden(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        case = self.open_case()
        stranger = self.supervisor.copy({"login": "variance_stranger"})
        stranger.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        self.assertNotIn(case, self.Case.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            case.with_user(stranger).action_take()
