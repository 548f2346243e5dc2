from odoo import api, fields, models

from ...domain import dispositions


class MfgVarianceDisposition(models.Model):
    """What a person reads: what will happen, who has to agree, what came of it."""

    _name = "mfg.variance.disposition"
    _inherit = "mfg.variance.disposition"

    plan_text = fields.Char(string="What Will Happen", compute="_compute_plan_text")
    approver_text = fields.Char(string="Who Decides", compute="_compute_approver_text")
    result_text = fields.Char(string="Documents", compute="_compute_result_text")
    value_text = fields.Char(string="What It Is Worth", compute="_compute_value_text")
    held_text = fields.Char(string="What Is Held", compute="_compute_held_text")
    permit_left = fields.Float(
        string="Left", digits="Product Unit", compute="_compute_permit_left"
    )
    can_retry = fields.Boolean(compute="_compute_can_retry")

    @api.depends("kind", "quantity", "good_quantity", "product_id", "state")
    def _compute_plan_text(self):
        for one in self:
            one.plan_text = one._get_plan_text()

    def _get_plan_text(self):
        """One sentence in plain words: what the system does when it is granted."""
        self.ensure_one()
        values = self._get_plan_values()
        if not self.product_id:
            return self.env._("%(hold)s is released and the work goes on.", **values)
        return self._get_plan_labels(values).get(self.kind, "")

    def _get_plan_values(self):
        # sudo: names of what it is about, for whoever may read the disposition
        one = self.sudo()
        # in what is only asked for, the unit is not computed yet
        unit = one.product_id.uom_id.name or ""
        return {
            "hold": one.hold_id.name or "",
            "quantity": f"{one.quantity:g} {unit}".strip(),
            "good": f"{one.good_quantity:g}",
            "bad": f"{one.quantity - one.good_quantity:g}",
            "product": one.product_id.display_name or "",
            "target": " ".join(
                filter(
                    None,
                    (
                        one.target_product_id.display_name,
                        one.target_lot or one.lot_id.name,
                    ),
                )
            ),
            "limit": one._get_limit_text(),
            "vendor": one._get_vendor_text(),
        }

    def _get_vendor_text(self):
        if not self.receipt_id:
            return self.partner_id.display_name or self.env._("the vendor")
        return self.env._(
            "%(vendor)s, as the return of %(receipt)s",
            vendor=self.partner_id.display_name,
            receipt=self.receipt_id.name,
        )

    def _get_limit_text(self):
        parts = []
        if self.limit_quantity:
            parts.append(
                self.env._("not more than %(limit)s", limit=f"{self.limit_quantity:g}")
            )
        if self.limit_at:
            moment = fields.Datetime.context_timestamp(self, self.limit_at)
            parts.append(
                self.env._("until %(moment)s", moment=moment.strftime("%Y-%m-%d %H:%M"))
            )
        return ", ".join(parts) or self.env._("without a limit")

    def _get_plan_labels(self, values):
        return {
            dispositions.RELEASE: self.env._(
                "%(quantity)s of %(product)s are released and may be used and shipped.",
                **values,
            ),
            dispositions.SORT: self.env._(
                "%(good)s of %(quantity)s are good and are released; %(bad)s stay held "
                "and have to be decided.",
                **values,
            ),
            dispositions.USE_AS_IS: self.env._(
                "%(quantity)s of %(product)s may be used as they are, %(limit)s; then "
                "the rest is blocked again.",
                **values,
            ),
            dispositions.REWORK: self.env._(
                "A rework order is planned for %(quantity)s of %(product)s. What it "
                "makes is held until it was inspected.",
                **values,
            ),
            dispositions.REPAIR: self.env._(
                "A repair is planned for %(quantity)s of %(product)s. They are held "
                "until they were inspected.",
                **values,
            ),
            dispositions.REGRADE: self.env._(
                "%(quantity)s of %(product)s become %(target)s, at the same value.",
                **values,
            ),
            dispositions.SCRAP: self.env._(
                "%(quantity)s of %(product)s are scrapped.", **values
            ),
            dispositions.RETURN: self.env._(
                "%(quantity)s of %(product)s go back to %(vendor)s.", **values
            ),
        }

    @api.depends("approval_id")
    def _compute_approver_text(self):
        for one in self:
            # sudo: names of those who can decide, told to whoever waits for them
            people = one.sudo().approval_id.approver_ids
            if one.state != dispositions.WAITING:
                one.approver_text = False
            elif people:
                one.approver_text = ", ".join(people.mapped("name"))
            else:
                one.approver_text = self.env._(
                    "Nobody who may decide it is there. It escalates."
                )

    @api.depends("move_ids", "scrap_ids", "picking_ids", "production_ids")
    def _compute_result_text(self):
        for one in self:
            done = one.sudo()  # sudo: names of documents, for whoever may read it
            names = [
                *done.production_ids.mapped("name"),
                *done.scrap_ids.mapped("name"),
                *done.picking_ids.mapped("name"),
                *done.new_hold_ids.mapped("name"),
            ]
            if done.repair_ids and "repair.order" in self.env:
                repairs = done.env["repair.order"].browse(done.repair_ids)
                names += repairs.exists().mapped("name")
            if not names and done.move_ids:
                names = [self.env._("Stock moves: %(count)s", count=len(done.move_ids))]
            one.result_text = ", ".join(names)

    @api.depends("amount", "amount_missing_reason")
    def _compute_value_text(self):
        for one in self:
            if not one.product_id:
                one.value_text = False
            elif one.amount_missing_reason:
                one.value_text = one.amount_missing_reason
            else:
                one.value_text = one.currency_id.format(one.amount)

    @api.depends("hold_id")
    def _compute_held_text(self):
        for one in self:
            one.held_text = one.hold_id._get_held_text()

    @api.depends("limit_quantity", "used_quantity")
    def _compute_permit_left(self):
        for one in self:
            one.permit_left = one._get_permit_left() or 0.0

    @api.depends("state")
    def _compute_can_retry(self):
        is_able = self.env.user.has_group("mfg_variance_core.group_supervisor")
        for one in self:
            one.can_retry = is_able and one.state in (
                dispositions.APPROVED,
                dispositions.FAILED,
            )

    # ----------------------------------------------------------------- buttons

    def action_open_documents(self):
        """Open what it made, with the reader's own rights there."""
        self.ensure_one()
        one = self.sudo()  # sudo: ids of documents; they are opened as the user
        for name in ("production_ids", "picking_ids", "scrap_ids"):
            if one[name]:
                documents = self.env[one[name]._name].browse(one[name].ids)
                return self._open(documents)
        if one.repair_ids and "repair.order" in self.env:
            return self._open(self.env["repair.order"].browse(one.repair_ids))
        return self._open(self.env["stock.move"].browse(one.move_ids.ids))

    def _open(self, records):
        records.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": records._name,
            "views": [[False, "list"], [False, "form"]],
            "domain": [("id", "in", records.ids)],
        }

    def action_open_approval(self):
        self.ensure_one()
        return self.approval_id._get_records_action()

    def action_open_hold(self):
        self.ensure_one()
        return self.hold_id._get_records_action()

    # ------------------------------------------------------------- before asking

    def _get_draft_value_text(self):
        """What a quantity that is about to be asked for is worth."""
        self.ensure_one()
        if not self.product_id:
            return False
        value = self._get_value(
            self.company_id, self.product_id, self.lot_id, self.quantity
        )
        if value.amount is None:
            return self._get_missing_label(value)
        return self.company_id.currency_id.format(value.amount)

    def _get_able_text(self):
        """The people who could approve it now, by the matrix."""
        self.ensure_one()
        parties = self._get_parties()
        people = self.env["mfg.variance.authority"]._who_can(
            f"approve:{self._get_approval_kind()}",
            self.hold_id,
            {**parties, "requester": {*parties["requester"], self.env.uid}},
        )
        # sudo: names of people to wait for
        names = people.sudo().mapped("name")
        return ", ".join(names) or self.env._(
            "Nobody can approve this now. Ask all the same: it waits and escalates."
        )
