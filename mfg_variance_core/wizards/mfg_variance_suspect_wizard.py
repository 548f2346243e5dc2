from odoo import fields, models


class MfgVarianceSuspectWizard(models.TransientModel):
    """Begin a suspect population with a lot, an order, or a center and a time."""

    _name = "mfg.variance.suspect.wizard"
    _description = "Search the Suspect Population"

    start = fields.Selection(
        [
            ("lot", "A lot"),
            ("production", "A manufacturing order"),
            ("workcenter", "A work center and a time"),
        ],
        string="Begin With",
        required=True,
        default="lot",
    )
    lot_id = fields.Many2one("stock.lot", string="Lot/Serial Number")
    production_id = fields.Many2one("mrp.production", string="Manufacturing Order")
    workcenter_id = fields.Many2one("mrp.workcenter", string="Work Center")
    date_from = fields.Datetime(
        string="From", help="The last check that passed, or the change you suspect."
    )
    date_to = fields.Datetime(string="To", help="Empty: until now.")

    def action_apply(self):
        self.ensure_one()
        Suspect = self.env["mfg.variance.suspect"]
        Suspect._check_may_search()
        start = self[f"{self.start}_id"]
        start.check_access("read")
        vals = {f"{self.start}_id": start.id}
        if self.start != "production":
            vals |= {"date_from": self.date_from, "date_to": self.date_to}
        return Suspect._begin(vals)._open()
