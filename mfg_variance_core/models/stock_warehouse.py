from odoo import api, models


class StockWarehouse(models.Model):
    _name = "stock.warehouse"
    _inherit = "stock.warehouse"

    @api.model_create_multi
    def create(self, vals_list):
        warehouses = super().create(vals_list)
        self.env["mfg.variance.plant"]._create_for_warehouses(warehouses)
        return warehouses
