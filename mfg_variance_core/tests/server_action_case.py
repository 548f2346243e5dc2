from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import TransactionCase


class ServerActionCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Action = cls.env["ir.actions.server"]
        cls.category = cls.env["mfg.variance.category"].search([], limit=1)
        cls.metric = cls.env.ref("mfg_variance_core.metric_raised_condition")
        cls.tag = cls.env["mrp.workcenter.tag"].create({"name": "Lathe", "color": 1})
        cls.workcenter = cls.env["mrp.workcenter"].create({"name": "Lathe 1"})
        product, part = cls.env["product.product"].create(
            [{"name": "Gear", "type": "consu"}, {"name": "Blank", "type": "consu"}]
        )
        bom = cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "bom_line_ids": [Command.create({"product_id": part.id})],
                "operation_ids": [
                    Command.create({"name": name, "workcenter_id": cls.workcenter.id})
                    for name in ("Turn", "Grind")
                ],
            }
        )
        cls.order = cls.env["mrp.production"].create(
            {"product_id": product.id, "bom_id": bom.id, "product_qty": 1}
        )
        cls.order.action_confirm()
        cls.env.flush_all()

    @classmethod
    def _make_action(cls, model, state, **values):
        return cls.Action.create(
            {
                "name": "Action",
                "model_id": cls.env["ir.model"]._get_id(model),
                "state": state,
                **values,
            }
        )

    def _run(self, action, records, **context):
        return action.with_context(
            active_model=records._name,
            active_id=records[:1].id,
            active_ids=records.ids,
            **context,
        ).run()

    def _watch(self, name, **kw):
        return patch.object(
            type(self.env["mfg.variance.engine"]), name, autospec=True, **kw
        )

    @classmethod
    def _field(cls, model, name):
        return cls.env["ir.model.fields"]._get(model, name).id

    def _make_raise(self, **values):
        return self._make_action(
            "mrp.workcenter.tag",
            "variance_raise",
            **{
                "variance_category_id": self.category.id,
                "variance_severity": "warning",
                **values,
            },
        )
