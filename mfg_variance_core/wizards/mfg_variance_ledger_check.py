from odoo import fields, models

STATES = [
    ("intact", "Intact"),
    ("broken", "Broken"),
]
ANCHORS = [
    ("match", "As told outside"),
    ("none", "None"),
    ("no_key", "Not checked"),
    ("broken", "Contradicted"),
]


class MfgVarianceLedgerCheck(models.TransientModel):
    """Follow the chain of the ledger now and show how far it holds."""

    _name = "mfg.variance.ledger.check"
    _description = "Verification of the Ledger"
    _rec_name = "state"

    state = fields.Selection(STATES, string="The Ledger Is", readonly=True)
    sentence = fields.Char(readonly=True)
    count = fields.Integer(string="Rows Verified", readonly=True)
    head = fields.Char(string="Last Seal", readonly=True)
    ledger_ref = fields.Integer(string="First Row That Breaks", readonly=True)
    kind = fields.Char(string="Event", readonly=True)
    record = fields.Char(readonly=True)
    waiting_count = fields.Integer(string="Rows Without a Seal Yet", readonly=True)
    waiting_minutes = fields.Float(
        string="Oldest of Them (minutes)", digits=(16, 0), readonly=True
    )
    anchor = fields.Selection(ANCHORS, readonly=True)
    anchor_sentence = fields.Char(readonly=True)

    def _compute_display_name(self):
        for check in self:
            check.display_name = self.env._("Verify the Ledger")

    def action_verify(self):
        """Verify and show the result; who did and what it said is in the ledger."""
        # the right to do so is that on this dialog, held by managers and auditors
        self.check_access("write")
        result = self.env["mfg.variance.ledger"]._verify()
        self.write(
            {
                "state": "intact" if result["is_intact"] else "broken",
                "ledger_ref": result["ledger_id"],
                **{
                    name: result[name]
                    for name in (
                        "sentence",
                        "count",
                        "head",
                        "kind",
                        "record",
                        "waiting_count",
                        "waiting_minutes",
                        "anchor",
                        "anchor_sentence",
                    )
                },
            }
        )
        self.env["mfg.variance.ledger"]._append(
            "ledger.verified",
            self.env.user,
            {"is_intact": result["is_intact"], "head": result["head"]},
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Verify the Ledger"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_open_row(self):
        """Open the first row that breaks."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ledger"),
            "res_model": "mfg.variance.ledger",
            "res_id": self.ledger_ref,
            "views": [(False, "form")],
        }
