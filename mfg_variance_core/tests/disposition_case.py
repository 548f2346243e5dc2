from .approval_case import ApprovalCase
from .hold_case import HoldCase


class DispositionCase(ApprovalCase, HoldCase):
    """Ten bolts of one lot on hold, a supervisor who asks, people who decide."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Disposition = cls.env["mfg.variance.disposition"]
        # one person agrees, whatever the shipped rules ask for
        cls.env["mfg.variance.approval.rule"].search([]).active = False

    def ask_for(self, hold, kind, quantity=0.0, user=None, **values):
        """A disposition as the supervisor asks for it."""
        user = user or self.supervisor
        values.setdefault("reason", "Looked at it")
        if kind == "use_as_is" and hold.lot_id:
            values.setdefault("limit_quantity", quantity)
        with self.signed_in(user):
            one = self.Disposition.with_user(user)._request(
                hold.with_user(user), kind=kind, quantity=quantity, **values
            )
        return one.with_env(self.env)

    def grant(self, disposition, user=None):
        """The decision that lets it happen; it is executed by it."""
        self.decide(disposition.approval_id, user or self.quality)
        disposition.invalidate_recordset()
        return disposition

    def dispose(self, hold, kind, quantity=0.0, **values):
        """Asked for and granted."""
        return self.grant(self.ask_for(hold, kind, quantity, **values))

    def assert_done(self, disposition):
        self.assertEqual(disposition.state, "done", disposition.failure)

    def retry(self, disposition, user=None):
        user = user or self.supervisor
        with self.signed_in(user):
            disposition.with_user(user).action_retry()
        disposition.invalidate_recordset()

    def deliver(self, quantity, lot=None, product=None):
        """A delivery of pieces of the lot, validated."""
        lot = lot or self.lot
        move = self.env["stock.move"].create(
            {
                "product_id": (product or self.bolt).id,
                "product_uom_qty": quantity,
                "location_id": self.stock.id,
                "location_dest_id": self.customers.id,
                "picked": True,
                "move_line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": (product or self.bolt).id,
                            "quantity": quantity,
                            "lot_id": lot.id,
                            "location_id": self.stock.id,
                            "location_dest_id": self.customers.id,
                        },
                    )
                ],
            }
        )
        move._action_done()
        return move

    def in_hand(self, lot=None):
        """The bolts we have, on the shelf or aside."""
        domain = [
            ("product_id", "=", self.bolt.id),
            ("location_id.usage", "=", "internal"),
        ]
        if lot:
            domain.append(("lot_id", "=", lot.id))
        return sum(self.env["stock.quant"].search(domain).mapped("quantity"))

    @property
    def quarantine(self):
        return self.plant._get_quarantine()
