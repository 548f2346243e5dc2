from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ...domain import suspects
from ...guard import check_person


class MfgVarianceSuspect(models.Model):
    """The suspect population: all that may have what one lot, order or shift has.

    Found by the system, level by level; a large one goes on in the background and shows
    how far it is. Nobody edits it: what is to be done is its buttons.
    """

    _name = "mfg.variance.suspect"
    _description = "Suspect Population"
    _inherit = ["mail.thread", "mail.activity.mixin", "mfg.variance.about"]
    _order = "id desc"
    _mail_post_access = "read"

    name = fields.Char(string="Reference", required=True, readonly=True)
    title = fields.Char(string="Begins With", required=True, readonly=True)
    state = fields.Selection(
        [("searching", "Searching"), ("ready", "Complete")],
        string="Status",
        required=True,
        default="searching",
        readonly=True,
    )
    workorder_id = fields.Many2one(ondelete="set null")
    date_from = fields.Datetime(
        string="From",
        readonly=True,
        help="The last passed check before it, or the change that is suspected.",
    )
    date_to = fields.Datetime(string="To", readonly=True)
    asked_by_id = fields.Many2one("res.users", string="Asked By", readonly=True)
    asked_at = fields.Datetime(required=True, readonly=True)
    completed_at = fields.Datetime(readonly=True)
    line_ids = fields.One2many("mfg.variance.suspect.line", "suspect_id")
    walk = fields.Json(readonly=True, help="Whom to ask next, forward and backward.")
    depth = fields.Integer(string="Levels Searched", readonly=True)
    is_cut = fields.Boolean(
        readonly=True, help="There is more than is searched: begin with less."
    )
    # --- what it comes to
    lot_count = fields.Integer(string="Lots", compute="_compute_totals")
    order_count = fields.Integer(string="Orders", compute="_compute_totals")
    unheld_count = fields.Integer(string="Here and Not Held", compute="_compute_totals")
    delivered_count = fields.Integer(string="Delivered Lots", compute="_compute_totals")
    progress_text = fields.Char(compute="_compute_totals")

    _list_idx = models.Index("(company_id, plant_id, id)")
    _searching = models.Index("(id) WHERE state = 'searching'")

    @api.depends("name", "title")
    def _compute_display_name(self):
        for one in self:
            one.display_name = f"{one.name} {one.title}" if one.name else ""

    @api.depends("line_ids", "state")
    def _compute_totals(self):
        Line = self.env["mfg.variance.suspect.line"]
        suspect = [
            ("suspect_id", "in", self.ids),
            ("direction", "in", suspects.SUSPECT),
        ]
        counts = Line._read_group(suspect, ["suspect_id", "kind"], ["__count"])
        by_kind = {(one.id, kind): count for one, kind, count in counts}
        delivered = dict(
            Line._read_group(
                [*suspect, ("quantity_delivered", ">", 0)], ["suspect_id"], ["__count"]
            )
        )
        unheld = dict(
            Line._read_group(
                Domain(suspect) & Line._get_unheld_domain(), ["suspect_id"], ["__count"]
            )
        )
        for one in self:
            origin = one._origin
            one.lot_count = by_kind.get((origin.id, suspects.LOT), 0)
            one.order_count = by_kind.get((origin.id, suspects.ORDER), 0)
            one.delivered_count = delivered.get(origin, 0)
            one.unheld_count = unheld.get(origin, 0)
            one.progress_text = one._get_progress_text()

    def _get_progress_text(self):
        if self.state == "searching":
            return self.env._(
                "Searching: %(lots)s lots and %(orders)s orders, level %(depth)s.",
                depth=self.depth,
                lots=self.lot_count,
                orders=self.order_count,
            )
        if self.is_cut:
            return self.env._(
                "There is more than is searched at once. Begin with one lot or a "
                "shorter time."
            )
        return False

    @api.model
    def _check_may_search(self):
        """Supervisors and engineers; what is found is of their places only."""
        check_person(self.env)
        groups = ("group_supervisor", "group_process_engineer")
        if not any(
            self.env.user.has_group(f"mfg_variance_core.{group}") for group in groups
        ):
            raise AccessError(
                self.env._(
                    "Searching the suspect population is for supervisors and engineers."
                )
            )

    # ---------------------------------------------------------------- buttons

    def action_open_lines(self):
        """The suspect lots and orders."""
        return self._open_lines([("direction", "in", suspects.SUSPECT)])

    def action_open_unheld(self):
        """What is still here and not on hold."""
        return self._open_lines([("id", "in", self._get_unheld().ids)])

    def _get_unheld(self):
        """The lines of what is suspect, here or being made, and on no hold."""
        self.ensure_one()
        Line = self.env["mfg.variance.suspect.line"]
        return Line.search(
            Domain("suspect_id", "=", self.id)
            & Domain("direction", "in", suspects.SUSPECT)
            & Line._get_unheld_domain()
        )

    def action_open_delivered(self):
        """What customers have."""
        return self._open_lines([("quantity_delivered", ">", 0)])

    def _open_lines(self, domain):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_suspect_line_action"
        )
        domain = [("suspect_id", "=", self.id), *domain]
        return {**action, "domain": domain, "context": {}}

    def action_hold_here(self):
        """Hold what is still here or being made, and say what is left to whom.

        What is in the places of others is for them to hold; whoever may hold nothing of
        it is refused.
        """
        self.ensure_one()
        self.check_access("read")
        Hold = self.env["mfg.variance.hold"]
        mine, left = Hold._divide_by_right(
            [line._prepare_hold() for line in self._get_unheld()]
        )
        if mine:
            Hold._place_by_hand(mine)
        sentences = [self.env._("%(count)s put on hold.", count=len(mine))]
        sentences += [Hold._get_left_sentence(*one) for one in left.items()]
        self.sudo().message_post(  # sudo: the log of what was checked by placing
            author_id=self.env.user.partner_id.id,
            body=Markup("<br/>").join(sentences),
        )
        reload = {"type": "ir.actions.client", "tag": "soft_reload"}
        if not left:
            return reload
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": "\n".join(sentences),
                "next": reload,
            },
        }

    def action_search_again(self):
        """Look again: what was made or moved since then."""
        self.ensure_one()
        self.check_access("read")
        self._check_may_search()
        names = ("lot_id", "production_id", "workorder_id", "workcenter_id")
        vals = {name: self[name].id for name in (*names, "exception_id")}
        again = self._begin({**vals, "date_from": self.date_from, "date_to": False})
        return again._open()

    def _open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }
