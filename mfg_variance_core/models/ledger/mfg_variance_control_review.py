from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...guard import own_entry
from ..appending import CONTROL

SIGN = "review_controls"
REMIND_AFTER = relativedelta(days=7)


class MfgVarianceControlReview(models.Model):
    """What was changed of the controls in a month, signed by somebody who changed none.

    Made by a scheduled action when the month is over. What a review covers follows
    from the ledger; signing keeps up to which row it was looked at.
    """

    _name = "mfg.variance.control.review"
    _description = "Review of Changes to Controls"
    _inherit = ["mail.thread", "mail.activity.mixin", "mfg.variance.guarded"]
    _order = "month desc, company_id"
    _guarded_fields = frozenset(
        (
            "name",
            "company_id",
            "month",
            "state",
            "last_row",
            "signed_change_count",
            "note",
            "signed_by_id",
            "signed_at",
        )
    )

    name = fields.Char(required=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    month = fields.Date(required=True, help="Its first day.")
    state = fields.Selection(
        [("open", "To Review"), ("signed", "Reviewed")],
        string="Status",
        required=True,
        default="open",
    )
    change_count = fields.Integer(string="Changes", compute="_compute_changes")
    person_count = fields.Integer(string="By People", compute="_compute_changes")
    stored_code_count = fields.Integer(
        string="By Stored Code", compute="_compute_changes"
    )
    people = fields.Char(string="Who Changed", compute="_compute_changes")
    can_sign = fields.Boolean(compute="_compute_can_sign")
    note = fields.Text(string="What Was Found")
    last_row = fields.Integer(string="Up to Row", aggregator=None)
    signed_change_count = fields.Integer(string="Changes Looked At")
    signed_by_id = fields.Many2one("res.users", string="Reviewed By")
    signed_at = fields.Datetime(string="Reviewed At")

    _one_per_month = models.UniqueIndex(
        "(company_id, month)", "This month has its review already."
    )

    # --------------------------------------------------------------- computes

    def _get_domain(self):
        """The changes of the month: of the company, and of what concerns them all."""
        self.ensure_one()
        start = fields.Datetime.to_datetime(self.month)
        domain = (
            Domain("kind", "=", CONTROL)
            & Domain("at", ">=", start)
            & Domain("at", "<", start + relativedelta(months=1))
        )
        return domain & Domain("company_ref", "in", (0, self.company_id.id))

    def _get_rows(self):
        # sudo: who reviews sees every change of his company, of whatever plant
        return self.env["mfg.variance.ledger"].sudo().search(self._get_domain())

    @api.depends_context("uid")
    def _compute_changes(self):
        for review in self:
            rows = review._get_rows()
            review.change_count = len(rows)
            people = rows.filtered(lambda row: row.origin == "person")
            review.person_count = len(people)
            review.stored_code_count = len(
                rows.filtered(lambda row: row.origin == "stored_code")
            )
            review.people = ", ".join(sorted(set(rows.mapped("actor_name"))))

    @api.depends_context("uid")
    def _compute_can_sign(self):
        authority = self.env["mfg.variance.authority"]
        for review in self:
            refusals = review.state == "open" and authority._get_refusals(
                SIGN, self.env.user, review, review._get_parties()
            )
            review.can_sign = review.state == "open" and not refusals

    def _get_parties(self):
        """Whoever changed a control, by hand or by code, has done what is reviewed."""
        return {"doer": set(self._get_rows().mapped("actor_ref"))}

    def _is_log_kept(self):
        """Who reviewed what and when is evidence."""
        return True

    # ----------------------------------------------------------------- buttons

    def action_open_changes(self):
        """The changes of the month, with before and after."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_ledger_action_controls"
        )
        return {
            **action,
            "name": self.name,
            "domain": list(self._get_domain()),
            "context": {},
        }

    def action_sign(self, note=None):
        """Sign that every change was looked at; nobody signs for his own."""
        self.ensure_one()
        self.env["mfg.variance.authority"]._check(SIGN, self, self._get_parties())
        self.lock_for_update()
        if self.state == "signed":
            raise UserError(
                self.env._("%(review)s was signed already.", review=self.name)
            )
        rows = self._get_rows()
        self._as_system().write(
            {
                "state": "signed",
                "note": (note or "").strip()[:2000] or False,
                "last_row": max(rows.ids, default=0),
                "signed_change_count": len(rows),
                "signed_by_id": self.env.uid,
                "signed_at": self.env["mfg.variance.engine"]._now(),
            }
        )
        self.env["mfg.variance.ledger"]._append(
            "control.reviewed",
            self,
            {"changes_looked_at": len(rows), "last_row": self.last_row, "note": note},
        )
        # sudo: reminders about what is done help nobody
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        return True

    # --------------------------------------------------------------- scheduled

    @api.model
    @own_entry
    def _cron_prepare_reviews(self):
        """Make the review of each company and month that is over, and remind of it.

        Run twice it makes nothing new; a month of no change needs no review.
        """
        reviews = self.env["mfg.variance.engine"]._clean_engine().env[self._name]
        first = reviews.env["mfg.variance.ledger"].search(
            [("kind", "=", CONTROL)], limit=1, order="at"
        )
        if first:
            reviews._prepare_since(first.at.date().replace(day=1))
        reviews._remind()

    def _prepare_since(self, month):
        today = self.env["mfg.variance.engine"]._now().date()
        known = {(one.company_id, one.month) for one in self.search([])}
        companies = self.env["res.company"].search([("active", "=", True)])
        vals_list = []
        while month < today.replace(day=1):
            vals_list += [
                {
                    "company_id": company.id,
                    "month": month,
                    "name": self._get_name(month),
                }
                for company in companies
                if (company, month) not in known
            ]
            month += relativedelta(months=1)
        self._insert_new(vals_list)

    def _insert_new(self, vals_list):
        for vals in vals_list:
            review = self.new(vals)
            if not review._get_rows():
                continue
            created = self._as_system().create(vals)
            created.with_env(self.env)._ask()

    def _get_name(self, month):
        return self.env._("Changes to controls, %(month)s", month=f"{month:%Y-%m}")

    def _ask(self):
        """Give the review to somebody who may sign it."""
        for review in self:
            people = self.env["mfg.variance.authority"]._who_can(
                SIGN,
                review,
                review._get_parties(),
                self.env["mfg.variance.engine"]._now(),
            )
            if people:
                # no mail (D18)
                quick = review.with_context(mail_activity_quick_update=True)
                quick.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=review.name,
                    user_id=people[0].id,
                )

    def _remind(self):
        """Ask again for what nobody has signed a week after its month."""
        today = self.env["mfg.variance.engine"]._now().date()
        self.search(
            [
                ("state", "=", "open"),
                ("month", "<", today - relativedelta(months=1) - REMIND_AFTER),
                ("activity_ids", "=", False),
            ]
        )._ask()
