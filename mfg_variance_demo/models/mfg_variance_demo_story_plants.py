from datetime import timedelta

from odoo import api, models
from odoo.fields import Command

from ..domain import story, story_pieces
from ..domain.story_plant import LOT_MATERIAL, PLANTS, UNTIMED_STEP

PASSWORD = "variance-demo"
WORKERS = 4
# role shown, login, group of variance control, group of manufacturing, plant
ROLES = (
    ("Operator, North plant", "operator", "operator", "mrp_user", 0),
    ("Supervisor, North plant", "supervisor.north", "supervisor", "mrp_user", 0),
    ("Supervisor, River plant", "supervisor.river", "supervisor", "mrp_user", 1),
    ("Supervisor, Harbour plant", "supervisor.harbour", "supervisor", "mrp_user", 2),
    ("Production manager", "manager", "production_manager", "mrp_manager", None),
    ("Quality manager", "quality", "quality_manager", "mrp_user", None),
    ("On call at night", "oncall", "supervisor", "mrp_user", None),
    ("Process engineer", "engineer", "process_engineer", "mrp_manager", None),
    ("Second engineer", "engineer.second", "process_engineer", "mrp_manager", None),
    ("Automation owner", "automation", "automation_owner", "mrp_user", None),
    ("Auditor", "auditor", "auditor", None, None),
    ("Viewer", "viewer", "viewer", None, None),
    ("Administrator", "administrator", "administrator", "mrp_manager", None),
)
# a group beside the role
ALSO = {"oncall": "break_glass"}
# who stands for a role in every plant, by day and night
ROSTER = {
    "production_manager": "manager",
    "quality_manager": "quality",
    "process_engineer": "engineer",
    "on_call": "oncall",
}
# who begins the day on My Shift; the others with all exceptions
FLOOR = ("operator", "supervisor", "production_manager", "quality_manager")


class MfgVarianceDemoStory(models.AbstractModel):
    """The plant group of the story: sites, machines, parts, people."""

    _name = "mfg.variance.demo.story"
    _inherit = "mfg.variance.demo.story"

    @api.model
    def _make_group(self, digest, orders):
        """Create the company with its plants, routings and people; return it.

        :param orders: the story to come, which tells what was in stock before it
        """
        name = self.env._("Demo plants")
        if self.env["res.company"].search_count([("name", "=", name)], limit=1):
            name = f"{name} ({digest})"
        company = self.env["res.company"].create(
            {
                "name": name,
                "currency_id": self.env.company.currency_id.id,
                "variance_log_digest": digest,
            }
        )
        _orders, _seed, until = self._read_digest(digest)
        begin = until - timedelta(days=story.DAYS)
        group = self._in_company(company)._at(begin)
        plants = self.env["mfg.variance.plant"]
        for plan in PLANTS:
            plant = group._make_plant(plan, company)
            centers = group._make_workcenters(plan, plant)
            group._make_parts(plan, plant, centers)
            group._make_stock(plan, plant, orders)
            group._make_workers(plan, plant)
            plants |= plant
        group._make_people(company, plants)
        group._make_roster(company, begin)
        group._make_lot_policy(company)
        return company

    def _make_plant(self, plan, company):
        calendar = self._make_calendar(plan, company)
        unused = self.env["stock.warehouse"].search(
            [
                ("company_id", "=", company.id),
                ("code", "not in", [other.code for other in PLANTS]),
            ],
            limit=1,
        )
        vals = {"name": plan.name, "code": plan.code}
        if unused:
            unused.write(vals)
        warehouse = unused or self.env["stock.warehouse"].create(
            {**vals, "company_id": company.id}
        )
        plant = self.env["mfg.variance.plant"].search(
            [("warehouse_id", "=", warehouse.id)]
        )
        plant.write(
            {
                **vals,
                "tz": plan.tz,
                "resource_calendar_id": calendar.id,
                "shift_ids": [
                    Command.create(
                        {
                            "name": shift.name,
                            "sequence": shift.hour_from,
                            "hour_from": shift.hour_from,
                            "hour_to": shift.hour_to,
                        }
                    )
                    for shift in plan.shifts
                ],
            }
        )
        return plant

    def _make_calendar(self, plan, company):
        """Operating hours of a plant: 6-22, or from Monday 6 to Saturday 6."""
        hours = [(str(day), 6, 22) for day in range(5)]
        if plan.has_nights:
            hours = [("0", 6, 24), *((str(day), 0, 24) for day in range(1, 5))]
            hours.append(("5", 0, 6))
        return self.env["resource.calendar"].create(
            {
                "name": self.env._("Operating hours, %(plant)s", plant=plan.name),
                "company_id": company.id,
                "tz": plan.tz,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": f"{hour_from}-{hour_to}",
                            "dayofweek": day,
                            "day_period": "full_day",
                            "hour_from": hour_from,
                            "hour_to": hour_to,
                        }
                    )
                    for day, hour_from, hour_to in hours
                ],
            }
        )

    def _make_workcenters(self, plan, plant):
        centers = self.env["mrp.workcenter"].create(
            [
                {
                    "name": center.name,
                    "company_id": plant.company_id.id,
                    "resource_calendar_id": plant.resource_calendar_id.id,
                    "time_start": center.setup,
                    "time_stop": center.cleanup,
                    "costs_hour": center.rate,
                    "variance_plant_id": plant.id,
                }
                for center in plan.centers
            ]
        )
        return {center.name: center for center in centers}

    def _make_parts(self, plan, plant, centers):
        """Parts with a bill of one material and the routing of the plan."""
        company = plant.company_id
        names = [part.name for part in plan.parts] + sorted(
            {part.material for part in plan.parts}
        )
        products = self.env["product.product"].create(
            [
                {
                    "name": name,
                    "type": "consu",
                    "is_storable": True,
                    "tracking": "lot" if name == LOT_MATERIAL else "none",
                    "company_id": company.id,
                    "standard_price": 12.0,
                }
                for name in names
            ]
        )
        by_name = {product.name: product for product in products}
        self.env["mrp.bom"].create(
            [
                {
                    "product_tmpl_id": by_name[part.name].product_tmpl_id.id,
                    "company_id": company.id,
                    "consumption": "flexible",
                    "bom_line_ids": [
                        Command.create(
                            {
                                "product_id": by_name[part.material].id,
                                "product_qty": 1.0,
                            }
                        )
                    ],
                    "operation_ids": [
                        Command.create(self._prepare_operation_vals(step, at, centers))
                        for at, step in enumerate(part.steps, start=1)
                    ],
                }
                for part in plan.parts
            ]
        )

    def _make_stock(self, plan, plant, orders):
        """Stock that was there before the story begins: no count, no move."""
        names = sorted({part.material for part in plan.parts})
        materials = self.env["product.product"].search(
            [("company_id", "=", plant.company_id.id), ("name", "in", names)]
        )
        for material in materials:
            for lot in self._get_opening_lots(material):
                quantity = story_pieces.opening_stock(orders, material.name, lot.name)
                self.env["stock.quant"]._update_available_quantity(
                    material, plant.warehouse_id.lot_stock_id, quantity, lot_id=lot
                )

    def _prepare_operation_vals(self, step, sequence, centers):
        return {
            "name": step.name,
            "sequence": sequence,
            "workcenter_id": centers[step.center].id,
            # the planted gap: nobody entered a time for this operation
            "time_cycle_manual": 0.0 if step.name == UNTIMED_STEP else step.cycle,
        }

    # ------------------------------------------------------------------- people

    def _make_workers(self, plan, plant):
        """Names for time logs: archived, without groups or password."""
        self.env["res.users"].with_context(no_reset_password=True).create(
            [
                {
                    "name": f"{plan.name}, worker {number}",
                    "login": self._get_worker_login(plant.company_id, plan, number),
                    "active": False,
                    "company_id": plant.company_id.id,
                    "company_ids": [Command.set(plant.company_id.ids)],
                    "group_ids": [Command.clear()],
                }
                for number in range(1, WORKERS + 1)
            ]
        )

    def _get_worker_login(self, company, plan, number):
        return f"story-{company.id}-{plan.code}-{number}"

    def _make_people(self, company, plants):
        """One user per role; those who exist already only join the company."""
        logs = self.env["res.company"].search([("variance_log_digest", "!=", False)])
        for role, login, group, manufacturing, position in ROLES:
            mine = plants[position] if position is not None else plants.browse()
            user = self.env["res.users"].search([("login", "=", login)])
            if not user:
                user = self._make_person(role, login, group, manufacturing, company)
            user.write(
                {
                    "company_ids": [Command.link(one.id) for one in company | logs],
                    "variance_plant_ids": [Command.link(plant.id) for plant in mine],
                }
            )
            if mine:
                user.tz = mine.tz
            if group == "supervisor" and mine:
                mine.supervisor_id = user
        self.env.ref("base.user_admin").write(
            {"company_ids": [Command.link(company.id)]}
        )

    def _make_roster(self, company, begin):
        users = self.env["res.users"].search([("login", "in", list(ROSTER.values()))])
        by_login = {user.login: user for user in users}
        self.env["mfg.variance.duty"].create(
            [
                {
                    "role": role,
                    "user_id": by_login[login].id,
                    "company_id": company.id,
                    "date_from": begin.date(),
                }
                for role, login in ROSTER.items()
            ]
        )

    def _make_person(self, role, login, group, manufacturing, company):
        home = f"mfg_variance_{'my_shift' if group in FLOOR else 'exception'}_action"
        roles = [group, ALSO[login]] if login in ALSO else [group]
        groups = [self.env.ref(f"mfg_variance_core.group_{role}").id for role in roles]
        if manufacturing:
            groups.append(self.env.ref(f"mrp.group_{manufacturing}").id)
            # Odoo's setting "Work Orders": without it nobody sees one
            groups.append(self.env.ref("mrp.group_mrp_routings").id)
        return (
            self.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": role,
                    "login": login,
                    "password": PASSWORD,
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                    "group_ids": [Command.set(groups)],
                    "action_id": self.env.ref(f"mfg_variance_core.{home}").id,
                }
            )
        )

    @api.model
    def _logins(self):
        """``(role, login, password)`` of the demo's people, as far as they exist."""
        logins = [login for _role, login, *_rest in ROLES]
        known = set(
            self.env["res.users"].search([("login", "in", logins)]).mapped("login")
        )
        return [
            (role, login, PASSWORD) for role, login, *_rest in ROLES if login in known
        ]

    @api.model
    def _admit(self, company):
        """Let the demo's people without a plant of their own see another company."""
        logins = [login for _role, login, _g, _m, plant in ROLES if plant is None]
        users = self.env["res.users"].search([("login", "in", logins)])
        users.write({"company_ids": [Command.link(company.id)]})
