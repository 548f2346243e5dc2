from odoo import models


class MfgVarianceLinked(models.AbstractModel):
    _name = "mfg.variance.linked"
    _inherit = "mfg.variance.linked"

    def action_variance_explain(self):
        """Open the explainer for this record."""
        self.ensure_one()
        return self.env["mfg.variance.explain"]._open(self)


class MfgVarianceException(models.Model):
    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    def action_variance_explain(self):
        """Open the explainer for the readings of this case."""
        self.ensure_one()
        return self.env["mfg.variance.explain"]._open(self)


class StockScrap(models.Model):
    _name = "stock.scrap"
    _inherit = "stock.scrap"

    def action_variance_explain(self):
        """Open the explainer for this scrap."""
        self.ensure_one()
        return self.env["mfg.variance.explain"]._open(self)


class StockLot(models.Model):
    _name = "stock.lot"
    _inherit = "stock.lot"

    def action_variance_explain(self):
        """Open the explainer for this lot."""
        self.ensure_one()
        return self.env["mfg.variance.explain"]._open(self)
