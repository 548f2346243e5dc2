from datetime import timedelta

from odoo.fields import Datetime
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

REFUSED = (403, 422)


@tagged("post_install", "-at_install")
class TestHoldRpc(HttpCase):
    """The writes by which stock really changes, from outside: JSON-2 and the web."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        cls.product = env["product.product"].create(
            {"name": "Seat", "is_storable": True, "tracking": "lot"}
        )
        cls.lot = env["stock.lot"].create(
            {"name": "RPC-1", "product_id": cls.product.id}
        )
        warehouse = env["stock.warehouse"].search(
            [("company_id", "=", env.company.id)], limit=1
        )
        env["stock.quant"]._update_available_quantity(
            cls.product, warehouse.lot_stock_id, 10, lot_id=cls.lot
        )
        cls.quant = cls.lot.quant_ids
        cls.hold = env["mfg.variance.hold"]._place(
            [{"kind": "lot", "lot_id": cls.lot.id, "reason": "Crack"}]
        )
        cls.user = new_test_user(
            env,
            "hold_rpc",
            groups="base.group_system,stock.group_stock_manager,"
            "mfg_variance_core.group_quality_manager",
        )
        until = Datetime.now() + timedelta(days=1)
        keys = env["res.users.apikeys"].with_user(cls.user).sudo()
        cls.key = keys._generate(None, "hold", until)
        cls.customers = env.ref("stock.stock_location_customers")
        env.flush_all()

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2"))

    def get_calls(self):
        """``(record, method, arguments)``; every one of them is refused."""
        quant, lot, hold = self.quant, self.lot, self.hold
        context = {"inventory_mode": True, "mfg_variance_token": True}
        return [
            (quant, "write", {"vals": {"quantity": 1}}),
            (quant, "write", {"vals": {"quantity": 1}, "context": context}),
            (quant, "write", {"vals": {"lot_id": False}}),
            (quant, "write", {"vals": {"location_id": self.customers.id}}),
            (quant, "web_save", {"vals": {"quantity": 1}, "specification": {}}),
            (quant, "unlink", {}),
            (lot, "write", {"vals": {"name": "CLEAN"}}),
            (lot, "write", {"vals": {"variance_hold_strength": False}}),
            (lot, "unlink", {}),
            (self.product, "write", {"vals": {"is_storable": False}}),
            (hold, "write", {"vals": {"state": "lifted"}}),
            (hold, "unlink", {}),
            (hold, "_lift", {"grant": hold.id}),
            (hold, "_as_system", {}),
        ]

    def assert_untouched(self):
        self.env.invalidate_all()
        self.assertEqual(self.quant.quantity, 10)
        self.assertEqual(self.lot.name, "RPC-1")
        self.assertEqual(self.lot.variance_hold_strength, "no_use")
        self.assertEqual(self.hold.state, "active")

    def test_over_json2_expected_refused(self):
        for record, method, arguments in self.get_calls():
            with self.subTest(method=method, arguments=arguments):
                answer = self.url_open(
                    f"/json/2/{record._name}/{method}",
                    json={"context": {}, "ids": record.ids, **arguments},
                    headers={"Authorization": f"bearer {self.key}"},
                )
                self.assertIn(answer.status_code, REFUSED, answer.text[:300])
                self.assert_untouched()

    def test_from_the_web_client_expected_refused(self):
        self.authenticate("hold_rpc", "hold_rpc")
        self.assertIn("result", self.call(self.quant, "read", {"fields": ["quantity"]}))
        for record, method, arguments in self.get_calls():
            with self.subTest(method=method, arguments=arguments):
                self.assertIn("error", self.call(record, method, arguments))
                self.assert_untouched()

    def call(self, record, method, arguments):
        return self.url_open(
            "/web/dataset/call_kw",
            json={
                "jsonrpc": "2.0",
                "method": "call",
                "params": {
                    "model": record._name,
                    "method": method,
                    "args": [record.ids],
                    "kwargs": arguments,
                },
            },
        ).json()
