import base64
import io

from PIL import Image

from odoo.tests import new_test_user

from .common import VarianceCommon


def make_picture(kind="PNG", size=(40, 30)):
    """A real picture as base64 text."""
    stored = io.BytesIO()
    Image.new("RGB", size, "red").save(stored, kind)
    return base64.b64encode(stored.getvalue()).decode()


class FloorCase(VarianceCommon):
    """The plant of the other tests, a far plant with a person of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Floor = cls.env["mfg.variance.floor"]
        cls.Problem = cls.env["mfg.variance.problem"]
        cls.Handover = cls.env["mfg.variance.handover"]
        cls.far_warehouse = cls.env["stock.warehouse"].create(
            {"name": "Far", "code": "FAR"}
        )
        cls.far_plant = cls.env["mfg.variance.plant"].search(
            [("warehouse_id", "=", cls.far_warehouse.id)]
        )
        cls.far_center = cls._make_center("Far 1", variance_plant_id=cls.far_plant.id)
        cls.local = new_test_user(
            cls.env,
            "variance_local",
            groups="mfg_variance_core.group_operator",
            variance_plant_ids=[(6, 0, cls.plant.ids)],
        )
        cls.supervisor_two = new_test_user(
            cls.env,
            "variance_supervisor_two",
            groups="mfg_variance_core.group_supervisor",
        )
        cls.reason = cls.env.ref("mfg_variance_core.problem_reason_tool")
        cls.env.flush_all()

    def report(self, user=None, reason=None, center=None, **values):
        """Report a problem and return it."""
        told = self.Problem.with_user(user or self.operator).action_raise(
            (reason or self.reason).id, (center or self.center).id, **values
        )
        return self.Problem.browse(told["problem_id"])

    def read_shift(self, user=None, **values):
        """The sections of My shift by their key, and the whole answer."""
        found = self.Floor.with_user(user or self.operator).action_get_my_shift(
            **values
        )
        return {section["key"]: section for section in found["sections"]}, found

    def ids_of(self, section):
        return [card["id"] for card in section["cards"]]
