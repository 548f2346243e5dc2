from odoo.tests import new_test_user, tagged

from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestMultiCompany(VarianceCommon):
    """Every row carries the company of the work, whoever is logged in where."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        currency = cls.env["res.currency"].create({"name": "XTS", "symbol": "x"})
        cls.other = cls.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": currency.id}
        )
        cls.calendar.company_id = False
        cls.there = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.other.ids}
        )
        cls.other_plant = cls.env["mfg.variance.plant"].search(
            [("company_id", "=", cls.other.id)]
        )
        cls.other_center = cls._make_center(
            "Mill", company_id=cls.other.id, variance_plant_id=False
        )
        cls.other_bom = cls._make_bom(
            cls.gear, (("Mill", 10),), cls.other_center, company_id=cls.other.id
        )
        cls.stranger = new_test_user(
            cls.env,
            "variance_elsewhere",
            groups="mfg_variance_core.group_supervisor",
            company_id=cls.other.id,
            company_ids=[(6, 0, cls.other.ids)],
        )

    def order_there(self):
        order = (
            self.env["mrp.production"]
            .with_env(self.there)
            .create(
                {
                    "product_id": self.gear.id,
                    "bom_id": self.other_bom.id,
                    "product_qty": 10,
                    "company_id": self.other.id,
                }
            )
        )
        order.action_confirm()
        self.judge()
        return order.workorder_ids

    def test_given_work_elsewhere_expected_its_company_on_every_row(self):
        row = self.finish(self.order_there(), 170).with_env(self.env)
        case = row.exception_id
        self.assertEqual(row.company_id | row.standard_id.company_id, self.other)
        self.assertEqual(row.plant_id, self.other_plant)
        self.assertEqual(row.currency_id, self.other.currency_id)
        self.assertEqual(
            (case.company_id, case.plant_id), (self.other, self.other_plant)
        )
        self.assertEqual(case.currency_id, self.other.currency_id)
        self.assertEqual(case.run_ids.company_id, self.other)

    def test_given_both_companies_in_one_pass_expected_each_its_own(self):
        here, there = self.make_workorder(), self.order_there()
        for workorder in here | there:
            self.log_time(workorder, 170)
        (here | there).button_finish()
        self.judge()
        self.assertEqual(self.measured(here).company_id, self.company)
        self.assertEqual(self.measured(there).company_id, self.other)

    def test_given_policy_of_one_company_expected_not_used_by_the_other(self):
        policy = self.make_policy(
            company_id=self.company.id, limits=(("warning", 5, 0),)
        )
        there = self.finish(self.order_there(), 110)
        here = self.finish(self.make_workorder(), 110)
        self.assertEqual(here.policy_version_id.policy_id, policy)
        self.assertEqual(there.policy_version_id.policy_id, self.policy)

    def test_given_people_of_one_company_expected_other_hidden(self):
        here = self.open_case()
        there = self.finish(self.order_there(), 170).exception_id
        self.assertEqual(self.Case.with_user(self.stranger).search([]), there)
        self.assertNotIn(there, self.Case.with_user(self.supervisor).search([]))
        self.assertIn(here, self.Case.with_user(self.supervisor).search([]))
