from odoo import fields, models


class MrpWorkcenter(models.Model):
    _name = "mrp.workcenter"
    _inherit = ["mrp.workcenter", "mfg.variance.linked"]

    variance_plant_id = fields.Many2one(
        "mfg.variance.plant",
        string="Plant",
        index="btree_not_null",
        check_company=True,
        help="Odoo links a work center to no warehouse; without a plant here, the "
        "plant of the order's warehouse counts.",
    )
