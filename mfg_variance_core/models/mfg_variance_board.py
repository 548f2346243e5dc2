from odoo import api, fields, models


class MfgVarianceBoard(models.AbstractModel):
    """The shifts ahead of each plant, worked out when the board is opened.

    Never changed afterwards: what it shows is a view of what is set up elsewhere. A
    board names the action that shows it and prepares the lines of a plant.
    """

    _name = "mfg.variance.board"
    _description = "Board of Shifts Ahead"

    _board_action = None

    company_id = fields.Many2one("res.company", readonly=True)
    plant_id = fields.Many2one("mfg.variance.plant", readonly=True)
    shift_id = fields.Many2one("mfg.variance.plant.shift", readonly=True)
    starts_at = fields.Datetime(string="Begins", readonly=True)
    ends_at = fields.Datetime(string="Ends", readonly=True)
    is_gap = fields.Boolean(string="Nobody", readonly=True)

    @api.model
    def action_open_board(self):
        """Work the board out for the plants of the user and show it, gaps first."""
        plants = self.env["mfg.variance.plant"].search([("active", "=", True)])
        now = self.env["mfg.variance.engine"]._now()
        lines = self.create(
            [vals for plant in plants for vals in self._prepare_lines(plant, now)]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(self._board_action)
        return {**action, "domain": [("id", "in", lines.ids)]}

    @api.model
    def _prepare_lines(self, plant, now):
        """The values of the lines of a plant, turn by turn."""
        raise NotImplementedError

    @api.model
    def _prepare_turn_vals(self, plant, turn):
        return {
            "company_id": plant.company_id.id,
            "plant_id": plant.id,
            "shift_id": turn.shift_id or False,
            "starts_at": turn.starts_at,
            "ends_at": turn.ends_at,
        }
