from dateutil.relativedelta import relativedelta

from odoo import fields, models

KEPT_YEARS = 10


class MfgVarianceLedgerExportAsk(models.TransientModel):
    """Ask up to when the ledger is exported."""

    _name = "mfg.variance.ledger.export.ask"
    _description = "Export the Ledger"
    _rec_name = "before"

    before = fields.Date(
        string="Rows Recorded Before",
        required=True,
        default=lambda self: (
            self.env["mfg.variance.engine"]._now().date().replace(month=1, day=1)
            - relativedelta(years=KEPT_YEARS)
        ),
        help="Ten years are kept unless a law or a customer asks for more.",
    )

    def action_export(self):
        self.ensure_one()
        moment = fields.Datetime.to_datetime(self.before)
        export = self.env["mfg.variance.ledger.export"]._export(moment)
        return {
            "type": "ir.actions.act_window",
            "res_model": export._name,
            "res_id": export.id,
            "views": [(False, "form")],
        }
