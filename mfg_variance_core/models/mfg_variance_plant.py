from odoo import api, fields, models, tools

from odoo.addons.base.models.res_partner import _tz_get

from ..domain import shifts
from .cache import forget

MONEY_FLOOR_SHARE = 0.005  # of what an order costs by plan


class MfgVariancePlant(models.Model):
    """A site in the sense of ISA-95: one per warehouse, with its zone and shifts."""

    _name = "mfg.variance.plant"
    _description = "Plant"
    _inherit = ["mfg.variance.control"]
    _order = "company_id, name"
    _check_company_auto = True

    name = fields.Char(required=True)
    code = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse", check_company=True, ondelete="restrict"
    )
    tz = fields.Selection(
        _tz_get,
        string="Time Zone",
        required=True,
        default=lambda self: self.env.user.tz or "UTC",
        help="Shifts and days are those of this time zone.",
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Operating Hours",
        check_company=True,
        default=lambda self: self.env.company.resource_calendar_id,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    money_floor = fields.Monetary(
        help="A material deviation of a smaller amount opens no case; 0 means that of "
        "the company or, without one, half a percent of what the components of the "
        "order cost by plan."
    )
    supervisor_id = fields.Many2one(
        "res.users",
        string="Supervisor",
        help="Owns the cases of this plant unless the policy names somebody.",
    )
    shift_ids = fields.One2many("mfg.variance.plant.shift", "plant_id", string="Shifts")
    workcenter_ids = fields.One2many(
        "mrp.workcenter", "variance_plant_id", string="Work Centers"
    )
    active = fields.Boolean(default=True)

    _warehouse_unique = models.Constraint(
        "UNIQUE(warehouse_id)", "This warehouse has a plant already."
    )

    @api.model
    def _create_for_warehouses(self, warehouses):
        """Give each warehouse without a plant its own."""
        known = self.sudo().with_context(active_test=False)  # sudo: set-up data, read
        known = known.search([("warehouse_id", "in", warehouses.ids)]).warehouse_id
        # sudo: making a warehouse implies having its plant, also for stock managers
        return self.sudo().create(
            [
                {
                    "name": warehouse.name,
                    "code": warehouse.code,
                    "company_id": warehouse.company_id.id,
                    "warehouse_id": warehouse.id,
                    "tz": warehouse.partner_id.tz or self.env.user.tz or "UTC",
                    "resource_calendar_id": (
                        warehouse.company_id.resource_calendar_id.id
                    ),
                }
                for warehouse in warehouses - known
            ]
        )

    @api.model
    @tools.ormcache("warehouse_id")
    def _get_id_of(self, warehouse_id):
        """The id of the plant of a warehouse, or False."""
        if not warehouse_id:
            return False
        # sudo: which plant an order belongs to is no secret; judging needs it
        plants = self.sudo().with_context(active_test=True)
        return plants.search([("warehouse_id", "=", warehouse_id)], limit=1).id

    @api.model_create_multi
    def create(self, vals_list):
        forget(self.env)
        return super().create(vals_list)

    def write(self, vals):
        if {"warehouse_id", "active"} & set(vals):
            forget(self.env)
        return super().write(vals)

    def unlink(self):
        forget(self.env)
        return super().unlink()

    def _get_shift_at(self, moment):
        """The shift running at ``moment`` (naive UTC); empty if none, or no plant."""
        match = self.shift_ids and shifts.shift_at(
            moment, self.tz, self.shift_ids._to_domain()
        )
        return self.env["mfg.variance.plant.shift"].browse(
            match.shift_id if match else []
        )

    def _get_money_floor(self, company):
        """The least amount worth a case: of the plant, else of the company, or 0."""
        return self.money_floor or company.variance_money_floor

    @api.model
    def _get_order_floor(self, order, planned_cost):
        """The least amount worth a case on an order: set, or a share of its plan."""
        plant = self.browse(order._get_variance_dims()["plant_id"] or [])
        floor = plant._get_money_floor(order.company_id)
        return floor or planned_cost * MONEY_FLOOR_SHARE
