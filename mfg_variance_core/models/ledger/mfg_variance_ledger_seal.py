import logging
import os
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.tools import SQL, mute_logger

from ...domain import ledger
from ...guard import own_entry
from ..keys import get_keys
from . import triggers

_logger = logging.getLogger(__name__)
ANCHOR_VARIABLE = "MFG_VARIANCE_LEDGER_ANCHOR"
BATCH = 5000
# a transaction may commit rows long after newer ones were sealed
LATEST_COMMIT = timedelta(days=1)


class MfgVarianceLedgerSeal(models.Model):
    """A link of the chain over the ledger, added by one scheduled action alone (D14).

    Where the chain stands is told outside of the database after each pass: whoever can
    change the tables cannot change that as well.
    """

    _name = "mfg.variance.ledger.seal"
    _description = "Seal of the Ledger"
    _inherit = ["mfg.variance.guarded"]
    _log_access = False
    _order = "id desc"
    _rec_name = "hash"

    ledger_id = fields.Integer(string="Row", required=True, aggregator=None)
    previous = fields.Char(string="Seal Before", required=True)
    hash = fields.Char(string="Seal", required=True)
    sealed_at = fields.Datetime(string="Sealed", required=True)

    _ledger_unique = models.UniqueIndex("(ledger_id)", "This row is sealed already.")
    # two writers that follow the same seal: the database lets one of them
    _previous_unique = models.UniqueIndex("(previous)", "The chain has one end only.")

    @api.private
    def init(self):
        result = super().init()
        triggers.keep(self.env.cr, self._table)
        return result

    # ---------------------------------------------------------------- sealing

    @api.model
    @own_entry
    def _cron_seal(self):
        """Chain what is new, in batches; a second node finds the first at work."""
        engine = self.env["mfg.variance.engine"]._clean_engine()
        seals = engine.env["mfg.variance.ledger.seal"]
        left = 1.0
        sealed = 0
        while left and (count := seals._seal(BATCH)):
            sealed += count
            left = self.env["ir.cron"]._commit_progress(count, remaining=0)
        if sealed:
            seals._tell_anchor()
        if not left:
            self.env.ref("mfg_variance_core.cron_ledger_seal")._trigger()

    @api.model
    def _seal(self, limit, is_thorough=False):
        """Seal up to so many rows that no seal covers, oldest first; returns how many.

        Only recent rows are looked through, unless it is to be thorough: what a
        transaction commits more than a day late is found by the daily verification.
        """
        # the lock goes with the transaction; who does not get it has nothing to do
        [[is_ours]] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(hashtext('mfg_variance_ledger'))")
        )
        if not is_ours:
            return 0
        since = 0 if is_thorough else self._get_settled_row()
        ids = self.env.execute_query(
            SQL(
                "SELECT l.id FROM mfg_variance_ledger AS l WHERE l.id > %s AND NOT "
                "EXISTS (SELECT 1 FROM mfg_variance_ledger_seal AS s "
                "WHERE s.ledger_id = l.id) ORDER BY l.id LIMIT %s",
                since,
                limit,
            )
        )
        # sudo: the chain runs over the rows of all companies
        rows = self.env["mfg.variance.ledger"].sudo().browse([row[0] for row in ids])
        entries = [row._get_entry() for row in rows]
        now = self.env["mfg.variance.engine"]._now()
        links = [
            {"ledger_id": row, "previous": before, "hash": seal, "sealed_at": now}
            for row, before, seal in ledger.chain(self._get_head(), entries)
        ]
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                self._as_system().create(links)
        except UniqueViolation:
            # another node was faster and this transaction cannot see its seals
            return 0
        return len(links)

    def _get_settled_row(self):
        """Up to here every row is sealed, whatever is still being written."""
        now = self.env["mfg.variance.engine"]._now()
        # sudo: see above
        old = self.sudo().search(
            [("sealed_at", "<", now - LATEST_COMMIT)], limit=1, order="id desc"
        )
        return old.ledger_id

    def _get_head(self):
        last = self.sudo().search([], limit=1, order="id desc")  # sudo: see above
        return last.hash or ledger.GENESIS

    # ----------------------------------------------------------------- anchor

    @api.model
    def _tell_anchor(self):
        """Say outside of the database where the chain stands.

        A neutralized copy says nothing: it would speak in the original's name.
        """
        # sudo: a setting of the database that is no secret
        parameters = self.env["ir.config_parameter"].sudo()
        if parameters.get_param("database.is_neutralized"):
            return
        # sudo: the chain as a whole
        last = self.sudo().search([], limit=1, order="id desc")
        line = ledger.anchor(
            "".join(get_keys()[:1]),
            last.hash,
            last.id,
            self.env["mfg.variance.engine"]._now(),
            self._get_anchor_name(),
        )
        _logger.info("Ledger anchor: %s", line)
        path = os.environ.get(ANCHOR_VARIABLE)
        if not path:
            return
        try:
            with open(path, "a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        except OSError as exc:
            self.env["mfg.variance.run"]._log(
                "cron", self.env._("Anchor of the ledger"), "failed", error=str(exc)
            )

    def _get_anchor_name(self):
        """What tells this database apart from others that share a file."""
        # sudo: a setting of the database that is no secret
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param("database.uuid") or self.env.cr.dbname
