from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .test_material_usage import MaterialCase


class InventoryCase(MaterialCase):
    """The castings of the housing, 1000 in stock at 10 each, and who counts them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Allotment = cls.env["mfg.variance.allotment"]
        cls.keeper = new_test_user(
            cls.env, "variance_keeper", groups="stock.group_stock_manager"
        )

    def count(self, product, quantity, location=None, lot=None):
        """Somebody of the warehouse counts a place and applies the count."""
        location = location or self.stock
        quants = self.env["stock.quant"].with_user(self.keeper)
        quant = quants.with_context(inventory_mode=True).create(
            {
                "product_id": product.id,
                "location_id": location.id,
                "inventory_quantity": quantity,
                "lot_id": lot and lot.id,
            }
        )
        quant.action_apply_inventory()
        self.judge()
        return self.counted(product)[:1]

    def counted(self, product):
        """The measurements of counts of a product, the newest first."""
        return self.Measurement.search(
            [
                ("component_id", "=", product.id),
                ("metric_code", "=", "inventory_adjustment"),
            ],
            order="id desc",
        )

    def below(self, product):
        """The current measurements of a product that is below zero."""
        return self.Measurement.search(
            [
                ("component_id", "=", product.id),
                ("metric_code", "=", "negative_stock"),
                ("is_current", "=", True),
            ]
        )

    def make_and_use(self, quantity):
        order = self.make_housing(quantity)
        self.close(order)
        return order

    def take(self, product, quantity, location=None):
        """Books say less than what was taken: the quantity falls by so much."""
        self.env["stock.quant"]._update_available_quantity(
            product, location or self.stock, -quantity
        )
        self.judge()


@tagged("post_install", "-at_install")
class TestInventoryAdjustment(InventoryCase):
    def test_missing_stock_is_a_loss_at_cost(self):
        row = self.count(self.casting, 970)
        self.assertEqual((row.planned, row.actual, row.amount), (0, -30, 300))
        self.assertEqual((row.amount_kind, row.plant_id), ("loss", self.plant))
        self.assertEqual((row.outcome, row.severity), ("opened", "warning"))
        self.assertIn("missing at the count", row.outcome_detail)
        self.assertFalse(row.production_id, "a leaf of the stock, of no order")

    def test_much_missing_is_major(self):
        self.assertEqual(self.count(self.casting, 800).severity, "major")

    def test_stock_found_is_as_wrong_and_no_loss(self):
        row = self.count(self.casting, 1030)
        self.assertEqual((row.actual, row.amount), (30, -300))
        self.assertEqual((row.outcome, row.severity), ("opened", "warning"))
        self.assertIn("more than booked", row.outcome_detail)

    def test_first_stock_ever_counted_is_opening_stock(self):
        fresh = self.env["product.product"].create(
            {"name": "New casting", "is_storable": True, "standard_price": 10}
        )
        row = self.count(fresh, 500)
        self.assertEqual((row.outcome, row.severity), ("not_enough_data", False))
        self.assertIn("Opening stock", row.outcome_detail)
        self.assertFalse(row.exception_id)
        self.assertEqual((row.deviation, row.amount_kind), (0, False))
        self.assertFalse(row.leaf_amount, "nothing was gained")
        self.assertEqual(self.count(fresh, 400).outcome, "opened")

    def test_opening_stock_of_another_shelf_is_allotted_to_no_order(self):
        self.make_and_use(10)
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id}
        )
        row = self.count(self.casting, 500, location=shelf)
        self.assertEqual(row.outcome, "not_enough_data")
        self.assertFalse(row.allotment_ids)

    def test_shelved_difference_still_says_what_was_found(self):
        self.env["mfg.variance.silence"]._as_system().create(
            {
                "name": "VS/1",
                "kind": "shelve",
                "reason": "The scales are being mended",
                "author_id": self.env.uid,
                "starts_at": self.now - timedelta(hours=1),
                "ends_at": self.now + timedelta(days=1),
                "company_id": self.company.id,
                "product_id": self.casting.id,
                "up_to": "major",
            }
        )._forget()
        row = self.count(self.casting, 970)
        self.assertEqual(row.outcome, "silenced")
        self.assertIn("missing at the count", row.outcome_detail)
        self.assertIn("VS/1", row.outcome_detail)

    def test_small_difference_is_within(self):
        row = self.count(self.casting, 999)
        self.assertEqual((row.outcome, row.amount), ("within", 10))

    def test_count_without_difference_has_no_row(self):
        self.assertFalse(self.count(self.casting, 1000))

    def test_difference_below_the_money_floor_is_within(self):
        self.company.variance_money_floor = 301
        self.assertEqual(self.count(self.casting, 970).outcome, "within")
        self.plant.money_floor = 100
        self.assertEqual(self.count(self.casting, 940).outcome, "opened")

    def test_product_without_cost_is_not_judged(self):
        self.casting.standard_price = 0
        row = self.count(self.casting, 900)
        self.assertEqual(row.outcome, "not_enough_data")
        self.assertFalse(row.amount_kind)
        self.assertTrue(row.amount_missing_reason)

    def test_lot_that_was_counted_is_named(self):
        self.casting.tracking = "lot"
        lot = self.env["stock.lot"].create(
            {"name": "L1", "product_id": self.casting.id}
        )
        row = self.count(self.casting, 50, lot=lot)
        self.assertEqual(row.lot_id, lot)

    def test_stock_moved_to_another_shelf_is_no_difference(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id}
        )
        quant = self.env["stock.quant"].search(
            [("product_id", "=", self.casting.id), ("location_id", "=", self.stock.id)]
        )
        quant.move_quants(location_dest_id=shelf)
        self.judge()
        self.assertFalse(self.counted(self.casting))

    def test_repeated_difference_joins_the_case_of_the_product(self):
        first = self.count(self.casting, 970)
        second = self.count(self.casting, 940)
        self.assertEqual(second.exception_id, first.exception_id)
        self.assertEqual(first.exception_id.occurrence_count, 2)

    def test_judging_again_writes_and_allots_nothing(self):
        self.make_and_use(10)
        row = self.count(self.casting, 950)
        move = self.env["stock.move"].browse(row.source_id)
        before = self.Allotment.search_count([])
        self.engine._capture(["inventory_adjustment"], move)
        self.judge()
        self.assertEqual(self.counted(self.casting), row)
        self.assertEqual(self.Allotment.search_count([]), before)


@tagged("post_install", "-at_install")
class TestAllotment(InventoryCase):
    def test_difference_goes_to_orders_by_what_they_consumed(self):
        large, small = self.make_and_use(20), self.make_and_use(10)
        row = self.count(self.casting, 940 - 30)
        shares = {share.production_id: share for share in row.allotment_ids}
        self.assertEqual(set(shares), {large, small})
        self.assertEqual(
            (shares[large].consumed, shares[large].quantity, shares[large].amount),
            (40, -20, 200),
        )
        self.assertEqual(shares[small].quantity, -10)
        self.assertAlmostEqual(sum(row.allotment_ids.mapped("percent")), 100)

    def test_orders_before_the_last_count_get_nothing(self):
        before = self.make_and_use(20)
        with self.count_later(minutes=-5):
            first = self.count(self.casting, 950)
        after = self.make_and_use(10)
        second = self.count(self.casting, 920)
        self.assertEqual(first.allotment_ids.production_id, before)
        self.assertEqual(second.allotment_ids.production_id, after)
        self.assertTrue(second.allotment_ids.counted_since)

    def count_later(self, minutes):
        """Book what is counted in here so many minutes from now."""
        Move = type(self.env["stock.move"])
        done = Move._action_done

        def shifted(moves, cancel_backorder=False):
            result = done(moves, cancel_backorder=cancel_backorder)
            older = self.env["stock.move"].search(
                [
                    ("product_id", "=", self.casting.id),
                    ("state", "=", "done"),
                    ("id", "not in", result.ids),
                ]
            )
            at = self.env.cr.now().replace(microsecond=0)
            older.date = at.replace(year=at.year - 1, month=12, day=31)
            result.date = at.replace(hour=0, minute=0, second=0)
            return result

        return patch.object(Move, "_action_done", shifted)

    def test_orders_of_another_plant_get_nothing(self):
        warehouse = self.env["stock.warehouse"].create(
            {"name": "North", "code": "NRT", "company_id": self.company.id}
        )
        mine = self.make_and_use(10)
        self.env["stock.quant"]._update_available_quantity(
            self.casting, warehouse.lot_stock_id, 100
        )
        other = self.make_housing(5, picking_type_id=warehouse.manu_type_id.id)
        self.close(other)
        row = self.count(self.casting, 950)
        self.assertEqual(row.allotment_ids.production_id, mine)

    def test_difference_nobody_consumed_is_not_allotted(self):
        self.assertFalse(self.count(self.casting, 970).allotment_ids)

    def test_allotment_adds_nothing_to_the_orders(self):
        order = self.make_housing()
        self.consume(order, self.casting, 23)
        self.close(order)
        self.count(self.casting, 900)
        losses = self.Measurement.search(
            [
                ("production_id", "=", order.id),
                ("component_id", "=", self.casting.id),
                ("is_current", "=", True),
                ("amount_kind", "=", "loss"),
            ]
        )
        self.assertEqual(losses.mapped("amount"), [30])

    def test_count_with_shares_stays_out_of_the_archive(self):
        self.make_and_use(20)
        row = self.count(self.casting, 959)
        self.assertTrue(row.allotment_ids)
        self.assertFalse(row.exception_id)
        archive = self.env["mfg.variance.measurement.archive"]
        archive._move(self.company, row.event_at + timedelta(days=1), 100)
        self.assertTrue(row.exists())

    def test_counts_are_allotted_in_one_go(self):
        self.make_and_use(10)
        rows = self.count(self.casting, 950) | self.count(self.paint, 900)
        figures = []
        for some in (rows[0], rows[0], rows):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Allotment._allot(some)
            self.env.flush_all()
            figures.append(self.env.cr.sql_log_count - before)
        self.assertEqual(figures[1], figures[2])

    def test_allotments_are_evidence(self):
        self.make_and_use(10)
        share = self.count(self.casting, 950).allotment_ids
        for attack in (
            lambda: share.sudo().write({"quantity": 0}),
            lambda: share.sudo().unlink(),
            lambda: share.sudo().copy(),
            lambda: share.with_user(self.supervisor).write({"production_id": False}),
            lambda: self.Allotment.sudo().create(
                {
                    "measurement_id": share.measurement_id.id,
                    "company_id": self.company.id,
                }
            ),
        ):
            with self.assertRaises(AccessError):
                attack()

    def test_allotments_are_read_in_ones_own_plant_only(self):
        self.make_and_use(10)
        share = self.count(self.casting, 950).allotment_ids
        other = self.env["stock.warehouse"].create({"name": "South", "code": "STH"})
        self.supervisor.variance_plant_ids = self.env["mfg.variance.plant"].search(
            [("warehouse_id", "=", other.id)]
        )
        self.assertFalse(
            self.Allotment.with_user(self.supervisor).search([("id", "=", share.id)])
        )


@tagged("post_install", "-at_install")
class TestNegativeStock(InventoryCase):
    def test_stock_below_zero_opens_a_case_and_is_at_risk(self):
        self.take(self.casting, 1004)
        row = self.below(self.casting)
        self.assertEqual((row.actual, row.amount), (-4, 40))
        self.assertEqual((row.amount_kind, row.severity), ("at_risk", "warning"))
        self.assertEqual(row.exception_id.component_id, self.casting)
        self.assertEqual(row.plant_id, self.plant)
        self.assertIn("-4", row.outcome_detail)

    def test_order_that_consumes_what_is_not_there_opens_it(self):
        self.take(self.casting, 995)
        self.make_and_use(10)
        self.assertEqual(self.below(self.casting).actual, -15)

    def test_stock_that_comes_back_clears_the_case(self):
        self.take(self.casting, 1004)
        case = self.below(self.casting).exception_id
        self.take(self.casting, -4)
        row = self.below(self.casting)
        self.assertEqual((row.actual, row.outcome, row.revision), (0, "within", 2))
        self.assertTrue(case.cleared_at)

    def test_stock_below_zero_within_a_transaction_says_nothing(self):
        Quant = self.env["stock.quant"]
        Quant._update_available_quantity(self.casting, self.stock, -1004)
        Quant._update_available_quantity(self.casting, self.stock, 10)
        self.judge()
        self.assertFalse(self.below(self.casting))

    def test_two_places_are_two_cases(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id}
        )
        self.take(self.casting, 1004)
        self.take(self.casting, 2, shelf)
        rows = self.below(self.casting)
        self.assertEqual(len(rows.exception_id), 2)
        self.take(self.casting, -2, shelf)
        still = self.below(self.casting).filtered("severity")
        self.assertEqual(still.actual, -4)
        self.assertFalse(still.exception_id.cleared_at)

    def test_places_outside_are_below_zero_by_nature(self):
        supplier = self.env.ref("stock.stock_location_suppliers")
        self.take(self.casting, 5, supplier)
        self.assertFalse(self.below(self.casting))

    def test_quant_that_was_merged_clears_the_case(self):
        self.take(self.casting, 1004)
        row = self.below(self.casting)
        self.env.cr.execute(
            "INSERT INTO stock_quant (product_id, location_id, company_id, quantity,"
            " reserved_quantity, in_date, create_date)"
            " SELECT product_id, location_id, company_id, 4, 0, in_date,"
            " create_date - interval '1 day'"
            " FROM stock_quant WHERE id = %s",
            [row.source_id],
        )
        self.env.invalidate_all()
        self.env["stock.quant"]._quant_tasks()
        self.judge()
        self.assertTrue(row.exception_id.cleared_at)

    def test_plain_write_of_a_stock_user_is_noticed(self):
        quant = self.env["stock.quant"].search(
            [("product_id", "=", self.casting.id), ("location_id", "=", self.stock.id)]
        )
        quant.with_user(self.keeper).sudo().quantity = -7
        self.judge()
        self.assertEqual(self.below(self.casting).actual, -7)

    @mute_logger("odoo.addons.mfg_variance_core.models.mfg_variance_engine")
    def test_quant_that_cannot_be_judged_stops_nobody(self):
        reader = type(self.env["mfg.variance.metric"])
        with patch.object(reader, "_read_negative_stock", side_effect=ValueError("x")):
            self.take(self.casting, 1004)
        self.assertFalse(self.below(self.casting))
        failed = self.Run.search([("res_model", "=", "stock.quant")])
        self.assertEqual(failed.outcome, "failed")

    def test_cases_are_found_on_the_product(self):
        self.take(self.casting, 1004)
        self.assertEqual(self.casting.variance_exception_count, 1)


@tagged("post_install", "-at_install")
class TestMaterialCompanies(InventoryCase):
    def test_company_and_plant_are_those_of_the_place(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=1
        )
        self.casting.with_company(company).standard_price = 7
        quants = self.env["stock.quant"].sudo()
        quants._update_available_quantity(self.casting, warehouse.lot_stock_id, -3)
        self.judge()
        row = self.below(self.casting)
        self.assertEqual((row.company_id, row.amount), (company, 21))
        self.assertEqual(row.plant_id.warehouse_id, warehouse)
        self.assertEqual(row.exception_id.company_id, company)
