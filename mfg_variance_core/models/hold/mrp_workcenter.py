from odoo import models


class MrpWorkcenter(models.Model):
    """A work center at which nothing starts while it is held."""

    _name = "mrp.workcenter"
    _inherit = ["mrp.workcenter", "mfg.variance.holdable"]
