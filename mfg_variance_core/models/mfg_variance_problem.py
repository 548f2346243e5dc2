import base64
import logging

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..domain import clocks, fingerprint
from ..guard import check_person
from .mfg_variance_measurement import SEVERITY_SELECTION
from .photo import clean_photo
from .raised import Raised

_logger = logging.getLogger(__name__)
METRIC = "reported_problem"


class MfgVarianceProblem(models.Model):
    """What somebody on the floor reported with a tap; an event of its case.

    The system writes it, in its own name: who reported is a person's datum that only
    supervisors see, so the usual columns must not tell it either.
    """

    _name = "mfg.variance.problem"
    _description = "Reported Problem"
    _inherit = ["mfg.variance.guarded"]
    _order = "occurred_at desc, id desc"
    _append_only_columns = (
        "reason_id",
        "severity",
        "company_id",
        "plant_id",
        "workcenter_id",
        "production_id",
        "workorder_id",
        "reporter_id",
        "occurred_at",
        "recorded_at",
        "note",
    )

    reason_id = fields.Many2one(
        "mfg.variance.problem.reason", required=True, ondelete="restrict"
    )
    severity = fields.Selection(SEVERITY_SELECTION, required=True)
    company_id = fields.Many2one("res.company", required=True)
    plant_id = fields.Many2one("mfg.variance.plant", index=True, ondelete="restrict")
    workcenter_id = fields.Many2one(
        "mrp.workcenter", string="Work Center", index=True, ondelete="restrict"
    )
    production_id = fields.Many2one("mrp.production", string="Manufacturing Order")
    workorder_id = fields.Many2one("mrp.workorder", string="Work Order")
    shift_id = fields.Many2one("mfg.variance.plant.shift")
    reporter_id = fields.Many2one(
        "res.users",
        string="Reported By",
        groups="mfg_variance_core.group_supervisor",
    )
    occurred_at = fields.Datetime(required=True)
    recorded_at = fields.Datetime(required=True)
    note = fields.Text()
    photo = fields.Binary(attachment=True)
    has_photo = fields.Boolean()
    exception_id = fields.Many2one(
        "mfg.variance.exception", string="Case", index=True, ondelete="restrict"
    )

    @api.depends("reason_id", "workcenter_id")
    def _compute_display_name(self):
        for problem in self:
            # sudo: names of places, also for a reader without a role in Manufacturing
            place = problem.sudo()
            problem.display_name = problem._get_title(
                place.reason_id, place.workcenter_id
            )

    def _get_title(self, reason, center):
        return self.env._(
            "%(reason)s at %(center)s", reason=reason.name, center=center.name
        )

    # ----------------------------------------------------------------- choices

    @api.model
    def action_get_choices(self):
        """Work centers and reasons to choose from, for the person who asks.

        Returns ``{"centers": [{"id", "name", "plant_id", "company_id"}], "reasons":
        [{"id", "name", "icon", "plant_id", "company_id"}]}``.
        """
        self._check_may_report()
        centers = self.env["mfg.variance.floor"]._get_centers()
        Reason = self.env["mfg.variance.problem.reason"]
        reasons = Reason.search([("active", "=", True)])
        return {
            "centers": [
                {
                    "id": center.id,
                    "name": center.name,
                    "plant_id": center.variance_plant_id.id,
                    "company_id": center.company_id.id,
                }
                for center in centers
            ],
            "reasons": [
                {
                    "id": reason.id,
                    "name": reason.name,
                    "icon": reason.icon,
                    "plant_id": reason.plant_id.id,
                    "company_id": reason.company_id.id,
                }
                for reason in reasons
            ],
        }

    # --------------------------------------------------------------- reporting

    @api.model
    def action_raise(
        self,
        reason_id,
        workcenter_id,
        workorder_id=False,
        note=False,
        photo=False,
        occurred_at=False,
    ):
        """Report a problem: one event on the open case of this reason at this center.

        Without a work order, the one running on the center counts if it is the only
        one. The reporter is whoever calls; ``photo`` is a picture as base64 text.
        Returns what to tell him.
        """
        self._check_may_report()
        workorder = self._get_workorder(workorder_id)
        center = self._get_center(workorder.workcenter_id.id or workcenter_id)
        workorder = workorder or self._get_running(center)
        dims = self._get_dims(center, workorder)
        plant = self.env["mfg.variance.plant"].browse(dims["plant_id"] or [])
        self._check_plant(plant)
        reason = self._get_reason(reason_id, center.company_id, plant)
        now = self.env["mfg.variance.engine"]._now()
        vals = {
            "reason_id": reason.id,
            "severity": reason.severity,
            **{name: dims[name] for name in dims if name in self._fields},
            "shift_id": False,
            "reporter_id": self.env.uid,
            "occurred_at": self._get_moment(occurred_at, center.company_id, now),
            "recorded_at": now,
            "note": self._get_note(note),
            "photo": self._get_photo(photo),
            "has_photo": bool(photo),
        }
        # sudo: the shift of a plant the person was just found to report for
        vals["shift_id"] = plant.sudo()._get_shift_at(vals["occurred_at"]).id
        engine = self.env["mfg.variance.engine"]
        try:
            problem = self._store_and_raise(vals, dims)
        except psycopg2.IntegrityError as exc:
            # somebody else opened the case meanwhile: the request is repeated (D9)
            engine._reraise_concurrency(exc)
            raise
        return problem._describe_raised()

    def _store_and_raise(self, vals, dims):
        """Store the problem and its event, in the system's name."""
        engine = self.env["mfg.variance.engine"]._clean_engine()
        # the superuser: the columns of who wrote it must not name the reporter
        engine = engine.with_user(SUPERUSER_ID)
        Problem = self.env["mfg.variance.problem"].with_env(engine.env)
        problem = Problem.browse(Problem._as_system()._create_for_case(vals, dims).ids)
        return problem.with_env(self.env)

    def _create_for_case(self, vals, dims):
        """The problem after its case: the case of an event never changes."""
        engine = self.env["mfg.variance.engine"]
        problem = self.create(vals)
        case = engine._clean_engine()._raise_all([problem._prepare_raised(dims)])
        problem.write({"exception_id": case.id})
        return problem

    def _prepare_raised(self, dims):
        self.ensure_one()
        reason, company = self.reason_id, self.company_id
        title = self._get_title(reason, self.workcenter_id)
        return Raised(
            record=self,
            dims=dims,
            mark=fingerprint.fingerprint(
                company.id,
                f"problem:{reason.id}",
                "workcenter",
                {"workcenter": self.workcenter_id.id},
            ),
            metric_code=METRIC,
            title=title,
            detail=self.note or title,
            severity=self.severity,
            category_id=reason.category_id.id,
            playbook_id=reason.playbook_id.id,
            shift_id=self.shift_id.id,
            happened_at=self.occurred_at,
            timeliness=clocks.timeliness(
                self.occurred_at,
                self.recorded_at,
                company.variance_late_hours,
                company.variance_historic_hours,
            ),
            respond_minutes=reason.respond_minutes,
            what_to_do=reason.what_to_do,
            snapshot={"problem": reason.name, "note": self.note or False},
        )

    def _describe_raised(self):
        """What the person is told: the case, and whether it was open before."""
        # sudo: the case this very person's report is an event of; name and count only
        case = self.sudo().exception_id
        return {
            "problem_id": self.id,
            "case_id": case.id,
            "case_name": case.name,
            "title": case.title,
            "count": case.occurrence_count,
        }

    # ----------------------------------------------------------- what is given

    def _check_may_report(self):
        """Any operator, in person: it cannot be done in somebody else's name."""
        check_person(self.env)
        if not self.env.user.has_group("mfg_variance_core.group_operator"):
            raise AccessError(
                self.env._(
                    "Reporting a problem needs the role Operator of variance control. "
                    "Ask your supervisor for it."
                )
            )

    def _get_center(self, workcenter_id):
        center = self.env["mfg.variance.floor"]._get_centers(workcenter_id)
        if not center:
            self._refuse_place()
        return center

    def _check_plant(self, plant):
        """The order that runs on a center without plant may be another plant's."""
        mine = self.env.user.variance_plant_ids
        if mine and plant and plant not in mine:
            self._refuse_place()

    def _refuse_place(self):
        raise AccessError(
            self.env._(
                "This work center is not in one of your plants. Choose another one."
            )
        )

    def _get_workorder(self, workorder_id):
        """The work order given, if the person works in its place."""
        # sudo: an operator of ours may have no role in Manufacturing; the center is
        # checked against his plants right after
        return self.env["mrp.workorder"].sudo().browse(workorder_id or []).exists()

    def _get_running(self, center):
        """The work order running on the center, if there is exactly one."""
        # sudo: as above; of the work order only ids are used
        running = (
            self.env["mrp.workorder"]
            .sudo()
            .search(
                [("workcenter_id", "=", center.id), ("state", "=", "progress")], limit=2
            )
        )
        return running if len(running) == 1 else running.browse()

    def _get_dims(self, center, workorder):
        if workorder:
            dims = workorder._get_variance_dims()
        else:
            plant = self.env["mfg.variance.floor"]._get_plant_of(center)
            dims = {"plant_id": plant.id, "workcenter_id": center.id}
        return {**dims, "company_id": center.company_id.id}

    def _get_reason(self, reason_id, company, plant):
        Reason = self.env["mfg.variance.problem.reason"]
        reason = Reason.search([("id", "=", reason_id)])
        if not reason or not reason._is_offered_at(company, plant):
            raise UserError(
                self.env._(
                    "This reason is not offered here any more. Open the screen again."
                )
            )
        return reason

    def _get_moment(self, occurred_at, company, now):
        moment = fields.Datetime.to_datetime(occurred_at) or now
        oldest = fields.Datetime.subtract(now, hours=company.variance_historic_hours)
        if not oldest <= moment <= now:
            raise ValidationError(
                self.env._(
                    "Report what happened within the last %(hours)s hours. For what is "
                    "older, tell your supervisor.",
                    hours=round(company.variance_historic_hours),
                )
            )
        return moment

    def _get_note(self, note):
        if note and not isinstance(note, str):
            raise ValidationError(self.env._("Enter the note as text."))
        return (note or "").strip()[:1000] or False

    def _get_photo(self, photo):
        if not photo:
            return False
        try:
            return base64.b64encode(clean_photo(photo))
        except ValueError as exc:
            _logger.info("Photo refused: %s", exc)
            raise ValidationError(
                self.env._("This photo is too large. Choose one below 10 MB.")
                if str(exc) == "size"
                else self.env._("This file is no photo. Choose a JPEG or PNG picture.")
            ) from exc
