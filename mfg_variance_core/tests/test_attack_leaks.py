from odoo.exceptions import MissingError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .attack_case import AttackCase

# what somebody sees who has every role, but in another plant or company
EVERY_ROLE = (
    "quality_manager",
    "production_manager",
    "process_engineer",
    "break_glass",
    "automation_owner",
    "auditor",
)


@tagged("post_install", "-at_install")
class TestAttackLeaks(AttackCase, TransactionCase):
    """Nobody reads of another plant or company by dialogs, groups, exports or names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users["machine"].variance_is_automated = False
        cls.reader = cls.users["machine"]
        for role in EVERY_ROLE:
            cls.reader.group_ids += cls.env.ref(f"mfg_variance_core.group_{role}")
        cls.records["incident"] = cls.light.incident_id
        cls.records["decision"] = cls.records["execute_disposition"].approval_id
        cls.env.flush_all()

    def _get_records(self):
        """One record of each model that has a company, which the reader sees."""
        found = {}
        for record in [*self.records.values(), *self.evidence.values()]:
            if record._name.startswith("mfg.variance.") and "company_id" in record:
                found.setdefault(record._name, record)
        return found.values()

    def _get_dialogs(self):
        """``(dialog, field)`` of each dialog that names one of those records."""
        models = {record._name: record for record in self._get_records()}
        for name in self.registry:
            model = self.env[name]
            if name.startswith("mfg.variance.") and model._transient:
                for field in model._fields.values():
                    if field.type == "many2one" and field.comodel_name in models:
                        if not field.related and not field.compute:
                            yield model, field.name, models[field.comodel_name]

    def _has_plant(self, record):
        return "plant_id" in record and bool(record.plant_id)

    def _get_places(self):
        yield "company", {"company": self.stranger}
        yield "plant", {"plants": self.far_plant}

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_no_dialog_tells_of_what_the_person_does_not_see(self):
        leaks = []
        for place, values in self._get_places():
            self.restrict(self.reader, **values)
            self.env.flush_all()
            for model, name, record in self._get_dialogs():
                if place == "plant" and not self._has_plant(record):
                    continue
                dialog = model.with_user(self.reader)
                for other in model._fields.values():
                    if other.name == name or other.name in ("id", "display_name"):
                        continue
                    told = self._ask(dialog, name, record, other.name)
                    if told and told != self._ask(dialog, name, None, other.name):
                        leaks.append(f"{place}: {model._name}.{other.name}: {told}")
        self.assertFalse(leaks, "\n".join(leaks))

    def _ask(self, dialog, name, record, other):
        """What the form would show in a field, given a record in another."""
        self.env.invalidate_all()
        given = {name: record.id if record else False}
        if "kind" in dialog._fields and other != "kind":
            given["kind"] = "scrap"
        spec = dict.fromkeys([*given, other], {})
        defaults = {f"default_{field}": value for field, value in given.items()}
        for values, context in ((given, {}), ({}, defaults)):
            try:
                with self.env.cr.savepoint():
                    answer = dialog.with_context(**context).onchange(
                        values, list(values), spec
                    )
            except (UserError, MissingError):
                continue
            if told := answer.get("value", {}).get(other):
                return told
        return None

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_no_way_of_reading_reaches_another_place(self):
        leaks = []
        for place, values in self._get_places():
            self.restrict(self.reader, **values)
            for record in self._get_records():
                if place == "plant" and not self._has_plant(record):
                    continue
                own = record.with_user(self.reader).with_context(
                    allowed_company_ids=(self.company | self.stranger).ids
                )
                for name, read in self._get_readings(own).items():
                    self.env.invalidate_all()
                    try:
                        with self.env.cr.savepoint():
                            told = read()
                    except UserError:
                        continue
                    if told:
                        leaks.append(f"{place}: {record._name} by {name}: {told}")
        self.assertFalse(leaks, "\n".join(leaks))

    def test_dialogs_of_holds_tell_nothing_of_orders_and_places_of_others(self):
        order = self.env["mrp.production"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        hold = self.records["confirm_hold"]
        self.restrict(self.reader, company=self.stranger)
        answer = (
            self.env["mfg.variance.hold.wizard"]
            .with_user(self.reader)
            .onchange({"production_id": order.id}, ["production_id"], {"part_of": {}})
        )
        self.assertFalse(answer["value"].get("part_of"))
        self.restrict(self.reader, company=self.company)
        far = self.env["stock.location"].create(
            {"name": "Secret", "usage": "internal", "company_id": self.stranger.id}
        )
        with self.signed_in(self.reader), self.assertRaises(UserError):
            hold.with_user(self.reader)._confirm(far, 1)

    def test_a_task_is_not_put_where_its_case_is_not(self):
        case = self._make_case("major")
        elsewhere = {"plant_id": self.far_plant.id, "company_id": self.stranger.id}
        task = (
            self.env["mfg.variance.exception.task"]
            .with_user(self.supervisor)
            .create(
                {
                    "name": "Mend it",
                    "exception_id": case.id,
                    "due_date": self.moment.date(),
                    **elsewhere,
                }
            )
        )
        self.assertEqual((task.plant_id, task.company_id), (self.plant, self.company))
        for name, value in elsewhere.items():
            with self.assertRaises(UserError):
                task.write({name: value})

    def _get_readings(self, one):
        domain = [("id", "=", one.id)]
        model = one.browse()
        return {
            "read": lambda: one.read(["company_id"]),
            "web_read": lambda: one.web_read({"company_id": {}}),
            "search_read": lambda: model.search_read(domain, ["company_id"]),
            "web_search_read": lambda: model.web_search_read(domain, {"id": {}})[
                "records"
            ],
            "search_count": lambda: model.search_count(domain),
            "name_search": lambda: model.name_search("", domain),
            "formatted_read_group": lambda: [
                group
                for group in model.formatted_read_group(
                    domain, ["company_id"], ["__count"]
                )
                if group["__count"]
            ],
            "export_data": lambda: one.export_data(["company_id/name"])["datas"],
            "get_metadata": lambda: one.get_metadata(),
        }
