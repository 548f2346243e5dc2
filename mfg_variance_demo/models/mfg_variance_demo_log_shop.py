from dataclasses import dataclass

from odoo import api, models
from odoo.fields import Command

HOURLY_COST = 60.0


@dataclass(frozen=True)
class Shop:
    """The records a log's names stand for."""

    company: models.BaseModel
    warehouse: models.BaseModel
    products: dict
    workcenters: dict
    workers: dict


class MfgVarianceDemoLog(models.AbstractModel):
    """The company of a log: machines, parts and workers under their logged names."""

    _name = "mfg.variance.demo.log"
    _inherit = "mfg.variance.demo.log"

    @api.model
    def _find_shop(self, digest):
        """The :class:`Shop` made for this log earlier, or None."""
        company = self.env["res.company"].search([("variance_log_digest", "=", digest)])
        if not company:
            return None
        domain = [("company_id", "=", company.id)]
        products = self.env["product.product"].search(domain)
        workcenters = self.env["mrp.workcenter"].search(domain)
        prefix = self._get_login_prefix(company)
        workers = (
            self.env["res.users"]
            .with_context(active_test=False)
            .search([("login", "=like", prefix + "%")])
        )
        return Shop(
            company=company,
            warehouse=self._get_warehouse(company),
            products={product.name: product for product in products},
            workcenters={center.name: center for center in workcenters},
            workers={user.login.removeprefix(prefix): user for user in workers},
        )

    @api.model
    def _make_shop(self, plan, digest):
        """Create everything the log names; all of it or, on an error, nothing."""
        company = self._make_company(plan, digest)
        shop = self.with_context(allowed_company_ids=company.ids)
        calendar = shop._make_calendar(company)
        # Odoo itself gives a new company a warehouse only while tests run
        warehouse = self._get_warehouse(company) or self.env["stock.warehouse"].create(
            {"name": company.name, "code": "LOG", "company_id": company.id}
        )
        plant = self.env["mfg.variance.plant"].search(
            [("warehouse_id", "=", warehouse.id)]
        )
        plant.write(
            {"name": company.name, "tz": "UTC", "resource_calendar_id": calendar.id}
        )
        shop._make_products(plan, company)
        shop._make_workcenters(plan, company, calendar, plant)
        shop._make_workers(plan, company)
        return self._find_shop(digest)

    def _make_company(self, plan, digest):
        year = min(order.started_at for order in plan.orders).year
        name = self.env._("Machine shop log (%(year)s)", year=year)
        if self.env["res.company"].search_count([("name", "=", name)], limit=1):
            name = f"{name} {digest[:8]}"
        company = self.env["res.company"].create(
            {
                "name": name,
                "currency_id": self.env.company.currency_id.id,
                "variance_log_digest": digest,
            }
        )
        # Odoo gives a new company to its creator only; the administrator of the
        # database wants to see what a shell process replayed
        administrator = self.env.ref("base.user_admin")
        administrator.write({"company_ids": [Command.link(company.id)]})
        self.env["mfg.variance.demo.story"]._admit(company)
        return company

    def _get_warehouse(self, company):
        return self.env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=1
        )

    def _make_calendar(self, company):
        """Round the clock, every day, in the log's own time (UTC)."""
        return self.env["resource.calendar"].create(
            {
                "name": self.env._("Around the clock"),
                "company_id": company.id,
                "tz": "UTC",
                "hours_per_day": 24.0,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": str(day),
                            "dayofweek": str(day),
                            "day_period": "full_day",
                            "hour_from": 0.0,
                            "hour_to": 24.0,
                        }
                    )
                    for day in range(7)
                ],
            }
        )

    def _make_products(self, plan, company):
        self.env["product.product"].create(
            [
                {
                    "name": part,
                    "type": "consu",
                    "is_storable": True,
                    "company_id": company.id,
                }
                for part in plan.parts
            ]
        )

    def _make_workcenters(self, plan, company, calendar, plant):
        self.env["mrp.workcenter"].create(
            [
                {
                    "name": resource,
                    "company_id": company.id,
                    "resource_calendar_id": calendar.id,
                    "costs_hour": HOURLY_COST,
                    "variance_plant_id": plant.id,
                }
                for resource in plan.resources
            ]
        )

    def _make_workers(self, plan, company):
        """Workers are names on time logs: archived, without groups or password."""
        prefix = self._get_login_prefix(company)
        self.env["res.users"].with_context(no_reset_password=True).create(
            [
                {
                    "name": worker,
                    "login": f"{prefix}{worker}",
                    "active": False,
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                    "group_ids": [Command.clear()],
                }
                for worker in plan.workers
            ]
        )

    def _get_login_prefix(self, company):
        return f"log-{company.id}-"
