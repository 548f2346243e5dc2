from odoo.fields import Command
from odoo.tests import TransactionCase


class RuleCase(TransactionCase):
    """A rule on work center tags that names its trigger field and paints the tag."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["base.automation"]
        cls.tag = cls.env["mrp.workcenter.tag"].create({"name": "Lathe", "color": 1})
        cls.rule = cls._make_rule("mrp.workcenter.tag", "name")
        cls._commit()

    def setUp(self):
        # runs after the roll-back: patches follow the rules as they are then
        self.addCleanup(self.Rule._update_registry)
        super().setUp()

    @classmethod
    def _make_rule(cls, model, *trigger_names, **values):
        model_id = cls.env["ir.model"]._get_id(model)
        fields = cls.env["ir.model.fields"]
        action = values.pop(
            "action", {"state": "code", "code": "record.write({'color': 9})"}
        )
        return cls.Rule.create(
            {
                "name": f"Rule on {model}",
                "model_id": model_id,
                "trigger": "on_create_or_write",
                "trigger_field_ids": [
                    Command.set([fields._get(model, name).id for name in trigger_names])
                ],
                "action_server_ids": [
                    Command.create(
                        {
                            "name": "Action",
                            "model_id": model_id,
                            "usage": "base_automation",
                            **action,
                        }
                    )
                ],
                **values,
            }
        )

    @classmethod
    def _commit(cls):
        """What a commit does for the look-up; tests cannot commit."""
        cls.env.flush_all()
        cls.env.cr.postcommit.run()
