import json

from odoo import SUPERUSER_ID, api, fields, models

from ...domain import ledger
from ...guard import get_session_uid, is_stored_code
from ..appending import insert
from . import triggers

# whose name is no part of any row: it can be erased and the chain still holds
PERSONAL_MODELS = (
    "res.users",
    "res.partner",
    "mfg.variance.duty",
    "mfg.variance.delegation",
)
# columns in which nothing is an empty text
TEXTS = ("kind", "origin", "res_model", "res_name")
ORIGINS = [
    ("person", "Person"),
    ("system", "Variance control"),
    ("stored_code", "Stored code"),
]


class MfgVarianceLedger(models.Model):
    """What happened to whatever is evidence: only ever added, chained afterwards (D14).

    A row refers to nothing by a foreign key: whatever it tells of may be deleted, the
    row stays and says what it was called. People are numbers, so that a name can be
    erased. The claim is tamper-evident, not tamper-proof: the owner of the database can
    switch triggers off, and what he changes then shows when the chain is verified.
    """

    _name = "mfg.variance.ledger"
    _description = "Ledger"
    _inherit = ["mfg.variance.guarded"]
    _log_access = False
    _order = "id desc"
    _rec_name = "kind"

    kind = fields.Char(string="Event Code", required=True)
    kind_label = fields.Char(string="Event", compute="_compute_kind_label")
    at = fields.Datetime(
        string="Happened", required=True, help="The moment of whoever acted."
    )
    recorded_at = fields.Datetime(
        string="Recorded", required=True, help="The moment of the database."
    )
    actor_ref = fields.Integer(string="User Number", required=True, aggregator=None)
    actor_name = fields.Char(string="Who", compute="_compute_actor_name")
    origin = fields.Selection(
        ORIGINS,
        required=True,
        help="Who acted: the person; variance control itself while the person worked; "
        "or stored code: a server action, rule or scheduled action somebody wrote.",
    )
    res_model = fields.Char(string="Model", required=True)
    res_id = fields.Many2oneReference(
        string="Number", model_field="res_model", required=True
    )
    res_name = fields.Char(string="Name Then", required=True)
    record_label = fields.Char(string="Record", compute="_compute_record_label")
    company_ref = fields.Integer(required=True, aggregator=None)
    plant_ref = fields.Integer(required=True, aggregator=None)
    case_ref = fields.Integer(required=True, aggregator=None)
    content = fields.Text(required=True)
    content_hash = fields.Char(string="Hash", required=True)
    signature = fields.Char()
    summary = fields.Char(string="What", compute="_compute_summary")
    details = fields.Html(compute="_compute_details")
    seal_hash = fields.Char(string="Seal", compute="_compute_seal")
    sealed_at = fields.Datetime(string="Sealed", compute="_compute_seal")

    _record_idx = models.Index("(res_model, res_id, id)")
    _kind_idx = models.Index("(kind, at)")
    _case_idx = models.Index("(case_ref, id) WHERE case_ref > 0")

    @api.private
    def init(self):
        result = super().init()
        cr, function = self.env.cr, "mfg_variance_ledger_fill"
        triggers.keep(cr, self._table)
        triggers.create_trigger(cr, self._table, "fill", "INSERT", "ROW", function)
        return result

    # --------------------------------------------------------------- computes

    def _compute_actor_name(self):
        # sudo: a name to show; who is gone or was made nameless has none
        users = self.env["res.users"].sudo().browse(set(self.mapped("actor_ref")))
        names = {user.id: user.name for user in users.exists()}
        for row in self:
            row.actor_name = (
                self.env._("System")
                if row.actor_ref == SUPERUSER_ID
                else names.get(row.actor_ref)
                or self.env._("User %(number)s", number=row.actor_ref)
            )

    def _compute_record_label(self):
        for row in self:
            row.record_label = row.res_name or row._get_label_now()

    def _get_label_now(self):
        """The record by what it is called today, for rows that name no person."""
        self.ensure_one()
        if self.res_model in self.env:
            # sudo: a name to show in a list that only managers and auditors read
            record = self.env[self.res_model].sudo().browse(self.res_id).exists()
            if record:
                return record.display_name
        return f"{self.res_model} {self.res_id}"

    def _compute_seal(self):
        # sudo: seals hold hashes only; whoever reads the row may see that it is sealed
        seals = self.env["mfg.variance.ledger.seal"].sudo()
        found = seals.search([("ledger_id", "in", self.ids)])
        seal_of = {seal.ledger_id: seal for seal in found}
        for row in self:
            seal = seal_of.get(row.id, seals)
            row.seal_hash, row.sealed_at = seal.hash, seal.sealed_at

    def _get_data(self):
        self.ensure_one()
        return json.loads(self.content)["data"] if self.content else {}

    def _get_entry(self):
        """The row as :mod:`..domain.ledger` verifies it."""
        self.ensure_one()
        return ledger.Entry(
            id=self.id,
            content=self.content,
            content_hash=self.content_hash,
            signature=self.signature or "",
            recorded_at=self.recorded_at,
            columns={
                name: self[name] or "" if name in TEXTS else self[name]
                for name in ledger.COLUMNS
            },
        )

    # -------------------------------------------------------------- appending

    @api.model
    def _append(self, kind, record, data=None):
        """Add one row about a record: what happened, by whom, and what it was.

        :param kind: a dotted name such as ``hold.placed``
        :param record: a recordset of one; its name, company and plant are frozen
        :param data: what JSON can carry; records in it become number and name
        """
        self._append_many([(kind, record, data)])

    @api.model
    def _append_many(self, rows):
        """Add a row for each ``(kind, record, data)``, in one insert.

        What reads the table sees the rows at once; nothing is sealed here, so that
        writers never wait for each other.
        """
        if is_stored_code():
            self._refuse(())
        insert(self.env.cr, self._prepare_rows(rows))

    @api.model
    def _prepare_rows(self, rows):
        """The text of a row for each ``(kind, record, data)``."""
        return [
            ledger.content(
                self._prepare_columns(kind, record), self._freeze(data or {})
            )
            for kind, record, data in rows
        ]

    @api.model
    def _prepare_columns(self, kind, record):
        record.ensure_one()
        record = record.sudo()  # sudo: name and place, whatever the actor may read
        moment = self.env["mfg.variance.engine"]._now()
        origin = self._get_origin()
        return {
            "kind": kind,
            "at": moment.replace(microsecond=0),
            "actor_ref": self._get_actor(origin),
            "origin": origin,
            "res_model": record._name,
            "res_id": record.id,
            "res_name": self._get_frozen_name(record),
            "company_ref": self._get_ref(record, "res.company", "company_id"),
            "plant_ref": self._get_ref(
                record, "mfg.variance.plant", "plant_id", "variance_plant_id"
            ),
            "case_ref": self._get_ref(record, "mfg.variance.exception", "exception_id"),
        }

    @api.model
    def _get_origin(self):
        if is_stored_code():
            return "stored_code"
        is_system = self.env.su or self.env.uid == SUPERUSER_ID
        return "system" if is_system else "person"

    def _get_actor(self, origin):
        """Who acts; stored code acts as whom it likes, so there it is whose session."""
        is_stored = origin == "stored_code"
        return is_stored and get_session_uid() or self.env.uid

    @api.model
    def _get_frozen_name(self, record):
        return "" if record._name in PERSONAL_MODELS else record.display_name or ""

    @api.model
    def _get_ref(self, record, model, *names):
        """The number of the record's company, plant or case; 0 when there is none."""
        if record._name == model:
            return record.id
        for name in names:
            field = record._fields.get(name)
            if field and field.type == "many2one" and field.comodel_name == model:
                return record[name].id or 0
        return 0

    @api.model
    def _freeze(self, value):
        """The value with records as number and name, people as number alone."""
        if isinstance(value, models.BaseModel):
            value = value.sudo()  # sudo: names as of then, whatever the actor may read
            return [
                {
                    "model": one._name,
                    "id": one.id,
                    "name": self._get_frozen_name(one),
                }
                for one in value
            ]
        if isinstance(value, dict):
            return {key: self._freeze(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._freeze(item) for item in value]
        return value
