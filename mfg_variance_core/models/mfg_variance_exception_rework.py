from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class MfgVarianceException(models.Model):
    """The rework a case caused, and what it cost.

    The cost is shown beside the amount of the case and never added to it: it stands
    on the leaves of the rework orders.
    """

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    rework_ids = fields.One2many(
        "mrp.production", "variance_rework_case_id", string="Rework Orders"
    )
    rework_count = fields.Integer(compute="_compute_rework")
    rework_amount = fields.Monetary(
        string="Rework Cost",
        compute="_compute_rework",
        help="What the finished rework orders of this case cost: time and material.",
    )

    def _compute_rework(self):
        # sudo: how many and how dear, also for a reader without a role in
        # Manufacturing; the orders themselves stay closed to him
        orders = (
            self.sudo()
            .env["mrp.production"]
            .search(
                [
                    ("variance_rework_case_id", "in", self.ids),
                    ("is_variance_rework", "=", True),
                    ("state", "!=", "cancel"),
                ]
            )
        )
        costs = dict(
            orders.env["mfg.variance.measurement"]._read_group(
                [
                    ("production_id", "in", orders.ids),
                    ("metric_code", "=", "order_cost"),
                    ("is_current", "=", True),
                ],
                ["production_id"],
                ["amount:sum"],
            )
        )
        by_case = orders.grouped("variance_rework_case_id")
        for case in self:
            mine = by_case.get(case._origin.sudo(), orders.browse())
            case.rework_count = len(mine)
            case.rework_amount = sum(costs.get(order, 0.0) for order in mine)

    def action_create_rework_order(self):
        """Plan an order that works on the bad pieces again, and open it.

        It has no components and no operations yet: whoever plans it says what is to
        be done. Reserved to those who handle cases of the full track, and it needs the
        right to plan orders.
        """
        self.ensure_one()
        self._check_may_handle()
        if not self.env.user.has_group("mfg_variance_core.group_supervisor"):
            raise AccessError(
                self.env._("Rework is planned by supervisors of the plant.")
            )
        self._check_is_open()
        # as the user himself: planning an order is a right of Manufacturing
        own = self.with_env(self.env(su=False))
        if not own.product_id:
            raise UserError(
                self.env._(
                    "%(case)s names no product. Create the rework order in "
                    "Manufacturing and choose this case there.",
                    case=self.name,
                )
            )
        order = own.env["mrp.production"].create(own._prepare_rework_vals())
        self.sudo().message_post(  # sudo: the log of a step already checked above
            author_id=self.env.user.partner_id.id,
            body=self.env._("Rework order %(order)s was created.", order=order.name),
        )
        return order._get_records_action()

    def _prepare_rework_vals(self):
        self.ensure_one()
        origin = self.production_id
        bad = sum(self.measurement_ids.filtered("is_current").mapped("defects"))
        vals = {
            "product_id": self.product_id.id,
            "product_qty": bad or 1.0,
            "product_uom_id": self.product_id.uom_id.id,
            "bom_id": False,
            "company_id": self.company_id.id,
            "origin": origin.name or self.name,
            "is_variance_rework": True,
            "variance_rework_origin_id": origin.id,
            "variance_rework_case_id": self.id,
        }
        if origin:
            vals["picking_type_id"] = origin.picking_type_id.id
        return vals

    def action_open_rework_orders(self):
        """Open the rework orders of this case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mrp.mrp_production_action"
        )
        domain = [("variance_rework_case_id", "=", self.id)]
        return {**action, "domain": domain, "context": {}}
