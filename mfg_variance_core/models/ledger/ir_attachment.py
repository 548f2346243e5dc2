import base64
import hashlib

from odoo import api, models
from odoo.exceptions import AccessError

from ...guard import is_system
from ..appending import insert

CASE, EXPORT = "mfg.variance.exception", "mfg.variance.ledger.export"
# what makes a file the file it is, and evidence of what it is evidence of
LOCKED_FIELDS = frozenset(
    (
        "datas",
        "db_datas",
        "mimetype",
        "name",
        "raw",
        "res_field",
        "res_id",
        "res_model",
        "store_fname",
        "type",
        "url",
    )
)


def _tell(kind, files, **data):
    """Keep name and hash of the files of cases in the ledger.

    No method: stored code could tell of files what never happened to them.
    """
    ledger = files.env["mfg.variance.ledger"]
    files = files.sudo()  # sudo: whose evidence it is, whoever writes
    if not files._is_variance_evidence():
        return
    rows = [
        (kind, case, {**one._prepare_variance_data(), **data})
        for one in files
        if (case := one._get_variance_case())
    ]
    insert(files.env.cr, ledger._prepare_rows(rows))


class IrAttachment(models.Model):
    """Files of a case are evidence: hashed when they come, locked when it is closed.

    The file of an export of the ledger is locked from the beginning: after a purge it
    is all that is left of the rows.
    """

    _name = "ir.attachment"
    _inherit = "ir.attachment"

    # ------------------------------------------------------------------ reading

    def _get_variance_case(self):
        """The case a file belongs to, directly or through a record of the case."""
        self.ensure_one()
        model = self.env.get(self.res_model or "")
        if model is None or not self.res_model.startswith("mfg.variance."):
            return self.env[CASE]
        # sudo: which case it is of decides, not what the writer may see of it
        record = model.sudo().browse(self.res_id or ()).exists()
        if self.res_model == CASE:
            return record
        return (
            record.exception_id if "exception_id" in model._fields else record.env[CASE]
        )

    def _get_variance_sha256(self):
        self.ensure_one()
        # sudo: the content, to be hashed
        return hashlib.sha256(self.sudo().raw or b"").hexdigest()

    def _is_variance_evidence(self):
        """Cheap look before anything else: almost no attachment is of a case."""
        return any((one.res_model or "").startswith("mfg.variance.") for one in self)

    # --------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        files = super().create(vals_list)
        files._filter_export()._refuse_export()
        _tell("evidence.added", files)
        return files

    def write(self, vals):
        if not LOCKED_FIELDS & set(vals):
            return super().write(vals)
        files = self.sudo()  # sudo: whose evidence it is, whoever writes
        files._filter_export(lambda one: not one._is_same(vals))._refuse_export()
        before = {one: one._get_variance_case() for one in files}
        changed = files.filtered(lambda one: before[one] and not one._is_same(vals))
        changed._check_variance_unlocked(before)
        old = {one: one._get_variance_sha256() for one in changed}
        result = super().write(vals)
        if vals.get("res_model") == EXPORT:
            files._refuse_export()
        for one in files:
            case = one._get_variance_case()
            if case != before[one]:
                _tell("evidence.added", one)
            elif one in changed:
                _tell("evidence.changed", one, before_sha256=old[one])
        return result

    def unlink(self):
        files = self.sudo()  # sudo: whose evidence it is, whoever deletes
        # while modules are loaded and unloaded, records go with their models
        if not self.env.registry.ready or not files._is_variance_evidence():
            return super().unlink()
        files._filter_export()._refuse_export()
        files._check_variance_unlocked({one: one._get_variance_case() for one in files})
        _tell("evidence.removed", files)
        return super().unlink()

    # ------------------------------------------------------------------ checking

    def _is_same(self, vals):
        """True when a write moves where the content lies, and not what it is."""
        self.ensure_one()
        for name in LOCKED_FIELDS & set(vals):
            if name in ("raw", "datas"):
                value = vals[name] or b""
                content = base64.b64decode(value) if name == "datas" else value
                content = content.encode() if isinstance(content, str) else content
                if hashlib.sha256(content).hexdigest() != self._get_variance_sha256():
                    return False
            elif (vals[name] or False) != (self[name] or False):
                return False
        return True

    def _filter_export(self, condition=None):
        """Those that belong to an export of the ledger and meet the condition."""
        return self.filtered(
            lambda one: one.res_model == EXPORT and (not condition or condition(one))
        )

    def _refuse_export(self):
        """Refuse for the file of an export; only the export itself brings it."""
        if self and not is_system(self.env):
            raise AccessError(
                self.env._(
                    "The file of an export of the ledger is evidence: it is never "
                    "changed, removed or added to."
                )
            )

    def _check_variance_unlocked(self, cases):
        """Refuse for files of a closed case; neither sudo nor being admin opens it."""
        locked = self.filtered(lambda one: cases[one] and not cases[one].is_open)
        if locked:
            raise AccessError(
                self.env._(
                    "%(file)s is evidence of %(case)s, which is closed. Reopen the "
                    "case to change or remove it.",
                    file=locked[0].name,
                    case=cases[locked[0]][:1].name,
                )
            )

    def _prepare_variance_data(self):
        self.ensure_one()
        return {
            "file": self.id,
            "name": self.name,
            "mimetype": self.mimetype,
            "size": self.file_size,
            "sha256": self._get_variance_sha256(),
        }
