import hashlib
import mmap
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...domain import ledger
from ..keys import get_keys
from .mfg_variance_ledger_seal import BATCH
from .triggers import KEPT_DAYS

EXPORT, PURGE = "export_ledger", "purge_ledger"


@dataclass(frozen=True)
class Written:
    """What was written into the file of an export."""

    count: int
    first_at: datetime
    last_at: datetime
    sha256: str


class MfgVarianceLedgerExport(models.Model):
    """Old rows of the ledger as a file that verifies itself, purged afterwards or not.

    Each line of the file holds a row with its seal. A purge needs a second person and
    leaves a row of its own; the seal at the cut stays, so the chain goes on verifying.
    """

    _name = "mfg.variance.ledger.export"
    _description = "Export of the Ledger"
    _inherit = ["mfg.variance.guarded"]
    _order = "id desc"

    name = fields.Char(required=True)
    count = fields.Integer(string="Rows", required=True)
    first_at = fields.Datetime(string="From", required=True)
    last_at = fields.Datetime(string="To", required=True)
    through_seal = fields.Integer(string="Up to Seal", required=True, aggregator=None)
    through_hash = fields.Char(string="Hash of That Seal", required=True)
    sha256 = fields.Char(string="SHA-256 of the File", required=True)
    file = fields.Binary(attachment=True)
    exported_by_id = fields.Many2one("res.users", required=True, ondelete="restrict")
    exported_at = fields.Datetime(required=True)
    purged_by_id = fields.Many2one("res.users", ondelete="restrict")
    purged_at = fields.Datetime(string="Purged")
    can_purge = fields.Boolean(compute="_compute_can_purge")

    @api.depends_context("uid")
    def _compute_can_purge(self):
        authority = self.env["mfg.variance.authority"]
        for export in self:
            export.can_purge = not export.purged_at and not authority._get_refusals(
                PURGE, self.env.user, export, export._get_parties()
            )

    def _get_parties(self):
        """Who exported does not purge."""
        return {"requester": set(self.exported_by_id.ids)}

    def _check_everywhere(self):
        if not self.env.user.variance_is_global:
            raise AccessError(
                self.env._(
                    "The ledger holds the rows of every company and plant. Only who "
                    "works in all of them exports or purges it."
                )
            )

    # --------------------------------------------------------------- exporting

    @api.model
    def _export(self, before):
        """Make the file of every sealed row recorded before a moment."""
        self.env["mfg.variance.authority"]._check(EXPORT, self)
        self._check_everywhere()
        last = self._get_last_seal(before)
        Ledger = self.env["mfg.variance.ledger"]
        result = Ledger._verify()
        if not result["is_intact"]:
            raise UserError(
                self.env._(
                    "The ledger does not verify: %(why)s Find out why before anything "
                    "is exported.",
                    why=result["sentence"],
                )
            )
        with TemporaryFile() as file:
            written = self._write_lines(last, file)
            if not written:
                raise UserError(self.env._("No row of the ledger is that old."))
            vals = self._prepare_export_vals(last, written)
            export = self._as_system().create([vals]).with_env(self.env)
            export._keep_file(file)
        Ledger._append("ledger.exported", export, export._prepare_data())
        return export

    def _prepare_export_vals(self, last, written):
        return {
            "name": self.env._(
                "Ledger %(first)s to %(last)s",
                first=written.first_at.date(),
                last=written.last_at.date(),
            ),
            "count": written.count,
            "first_at": written.first_at,
            "last_at": written.last_at,
            "through_seal": last.id,
            "through_hash": last.hash,
            "sha256": written.sha256,
            "exported_by_id": self.env.uid,
            "exported_at": self.env["mfg.variance.engine"]._now(),
        }

    def _keep_file(self, file):
        """Make the file the attachment of the field, without a copy of it in memory."""
        attachments = self._as_system().env["ir.attachment"]
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            is_copied = attachments._storage() == "db"
            attachments.create(
                {
                    "name": "file",
                    "res_model": self._name,
                    "res_field": "file",
                    "res_id": self.id,
                    "type": "binary",
                    # no text: Odoo would keep a second copy of that to search in
                    "mimetype": "application/x-ndjson",
                    "raw": bytes(content) if is_copied else content,
                }
            )
        self.invalidate_recordset(["file"])

    def _get_last_seal(self, before):
        """The last seal of the beginning of the chain that is older throughout."""
        [[young]] = self.env.execute_query(
            SQL(
                "SELECT MIN(s.id) FROM mfg_variance_ledger_seal AS s "
                "JOIN mfg_variance_ledger AS l ON l.id = s.ledger_id "
                "WHERE l.recorded_at >= %s",
                before,
            )
        )
        domain = Domain("id", "<", young) if young else Domain.TRUE
        # sudo: the chain as a whole; who may export was checked
        seals = self.env["mfg.variance.ledger.seal"].sudo()
        return seals.search(domain, limit=1, order="id desc")

    def _write_lines(self, last, file):
        """Write the rows up to a seal, part by part; what was written, or None."""
        count, moments, digest = 0, [], hashlib.sha256()
        Ledger, after = self.env["mfg.variance.ledger"], 0
        while after < last.id and (part := Ledger._read_part(after, BATCH)):
            after = part[-1][0].id
            # the seal at the cut of an earlier purge has no row any more
            pairs = [pair for pair in part if pair[0].id <= last.id and pair[1]]
            text = "".join(f"{ledger.to_line(*pair)}\n" for pair in pairs).encode()
            file.write(text)
            digest.update(text)
            count += len(pairs)
            moments += [entry.recorded_at for _seal, entry in pairs]
            moments = [min(moments), max(moments)] if moments else []
        file.flush()
        return Written(count, *moments, digest.hexdigest()) if count else None

    def _prepare_data(self):
        self.ensure_one()
        return {
            "through_seal": self.through_seal,
            "through_hash": self.through_hash,
            "count": self.count,
            "sha256": self.sha256,
        }

    # ----------------------------------------------------------------- buttons

    def action_download(self):
        """The file, one row a line."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "target": "self",
            "url": f"/web/content/{self._name}/{self.id}/file"
            f"?download=true&filename={self.through_hash[:12]}.jsonl",
        }

    def action_purge(self):
        """Remove the exported rows; the database looks at age and proof once more."""
        self.ensure_one()
        self.env["mfg.variance.authority"]._check(PURGE, self, self._get_parties())
        self._check_everywhere()
        self.lock_for_update()
        if self.purged_at:
            raise UserError(self.env._("%(export)s was purged.", export=self.name))
        age = self.env["mfg.variance.engine"]._now() - self.last_at
        if age.days < KEPT_DAYS:
            raise UserError(
                self.env._(
                    "Rows of the last %(days)s days are never purged.", days=KEPT_DAYS
                )
            )
        self._purge()
        self._as_system().write(
            {
                "purged_by_id": self.env.uid,
                "purged_at": self.env["mfg.variance.engine"]._now(),
            }
        )
        return True

    def _purge(self):
        self._as_system()  # refuses stored code
        Ledger = self.env["mfg.variance.ledger"]
        [text] = Ledger._prepare_rows([("ledger.purged", self, self._prepare_data())])
        digest = ledger.digest(text)
        key = "".join(get_keys()[:1])
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "SELECT mfg_variance_ledger_purge(%s, %s, %s)",
                text,
                digest,
                ledger.sign(key, digest),
            )
        )
        Ledger.invalidate_model()
        self.env["mfg.variance.ledger.seal"].invalidate_model()
