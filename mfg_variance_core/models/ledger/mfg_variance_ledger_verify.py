import os
import time
from collections import deque

from odoo import api, fields, models
from odoo.tools import SQL

from ...domain import ledger
from ...guard import own_entry
from ..keys import get_keys
from .mfg_variance_ledger_seal import ANCHOR_VARIABLE, BATCH

# rows are sealed every few minutes: longer than this, nobody seals
LONGEST_WAIT_MINUTES = 60
# the newest lines of the file of anchors are compared
ANCHORS_READ = 1000


class MfgVarianceLedger(models.Model):
    """Following the chain from its beginning, or from the proven cut of a purge."""

    _name = "mfg.variance.ledger"
    _inherit = "mfg.variance.ledger"

    @api.model
    def _verify(self):
        """Follow the whole chain and say how far it holds, in plain values.

        ``{"is_intact", "reason", "sentence", "seal_id", "ledger_id", "kind", "record",
        "head", "count", "waiting_count", "waiting_minutes", "anchor",
        "anchor_sentence"}``; the row named is the first that does not hold.
        """
        self.env.flush_all()
        verdict = self._follow_chain()
        anchor, anchored = self._compare_anchors()
        broken = verdict.broken
        if anchor == "broken" and not broken:
            broken = ledger.Break(ledger.ANCHOR, seal_id=anchored)
        waiting = self._get_waiting()
        row = self._read_broken_row(broken)
        return {
            "is_intact": not broken,
            "reason": broken and broken.reason or "",
            "sentence": self._get_break_sentence(broken),
            "seal_id": broken.seal_id if broken else 0,
            "ledger_id": broken.ledger_id if broken else 0,
            **row,
            "head": verdict.head,
            "count": verdict.count,
            "waiting_count": waiting.count,
            "waiting_minutes": waiting.minutes,
            "anchor": anchor,
            "anchor_sentence": self._get_anchor_sentence(anchor, anchored),
        }

    def _follow_chain(self):
        """Read the seals in their order, part by part."""
        keys = get_keys()
        first = self._read_part(0, 1)
        if not first:
            return ledger.Verdict(ledger.GENESIS)
        start, after = ledger.Verdict(ledger.GENESIS), 0
        seal, _entry = first[0]
        if seal.previous != ledger.GENESIS:
            start, after = ledger.Verdict(seal.hash), seal.id
        verdict = start
        while not verdict.broken and (part := self._read_part(after, BATCH)):
            rows = {entry.id: entry for _seal, entry in part if entry}
            verdict = ledger.verify(rows, [seal for seal, _e in part], verdict, keys)
            after = part[-1][0].id
        if start.head != ledger.GENESIS and not self._is_cut_proven(seal):
            return ledger.Verdict(
                start.head, 0, False, ledger.Break(ledger.UNPROVEN, 0, seal.id)
            )
        return verdict

    def _is_cut_proven(self, seal):
        """True when a row of the ledger names the seal the purge left as the first."""
        # sudo: the purge is nobody's company
        for row in self.sudo().search([("kind", "=", "ledger.purged")]):
            data = row._get_data()
            if (data["through_seal"], data["through_hash"]) == (seal.id, seal.hash):
                return True
        return False

    def _read_part(self, after, limit):
        """``(seal, row or None)`` of the next seals, in their order."""
        columns = SQL(", ").join(SQL.identifier("l", name) for name in ledger.COLUMNS)
        rows = self.env.execute_query(
            SQL(
                "SELECT s.id, s.ledger_id, s.previous, s.hash, l.id, l.content, "
                "l.content_hash, l.signature, l.recorded_at, %s "
                "FROM mfg_variance_ledger_seal AS s "
                "LEFT JOIN mfg_variance_ledger AS l ON l.id = s.ledger_id "
                "WHERE s.id > %s ORDER BY s.id LIMIT %s",
                columns,
                after,
                limit,
            )
        )
        return [
            (
                ledger.Seal(*row[:4]),
                row[4]
                and ledger.Entry(
                    *row[4:7],
                    row[7] or "",
                    row[8],
                    dict(zip(ledger.COLUMNS, row[9:], strict=True)),
                ),
            )
            for row in rows
        ]

    def _get_waiting(self):
        [[count, since]] = self.env.execute_query(
            SQL(
                "SELECT COUNT(*), MIN(recorded_at) FROM mfg_variance_ledger AS l "
                "WHERE NOT EXISTS (SELECT 1 FROM mfg_variance_ledger_seal AS s "
                "WHERE s.ledger_id = l.id)"
            )
        )
        # the database stamps rows by its own clock
        return ledger.waiting(count, since, fields.Datetime.now())

    def _read_broken_row(self, broken):
        # sudo: which row it is has to be told, whoever's company it concerns
        row = self.sudo().browse(broken.ledger_id if broken else ()).exists()
        return {
            "kind": row.kind or "",
            "record": f"{row.res_model},{row.res_id}" if row else "",
        }

    # ---------------------------------------------------------------- anchors

    def _compare_anchors(self):
        """``(state, seal number)``: what left the database, against what is in it."""
        path = os.environ.get(ANCHOR_VARIABLE)
        keys = get_keys()
        if not path or not os.path.exists(path):
            return "none", 0
        if not keys:
            return "no_key", 0
        name = self.env["mfg.variance.ledger.seal"]._get_anchor_name()
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = deque(file, maxlen=ANCHORS_READ)
        told = [ledger.read_anchor(line, keys) for line in lines]
        told = [(seal, head) for mine, seal, head in filter(None, told) if mine == name]
        if not told:
            return "none", 0
        return self._compare_told(told)

    def _compare_told(self, told):
        # sudo: the chain as a whole
        seals = self.env["mfg.variance.ledger.seal"].sudo()
        first = seals.search([], limit=1, order="id")
        found = seals.search([("id", "in", [seal for seal, _head in told])])
        hashes = {seal.id: seal.hash for seal in found}
        is_cut = first and first.previous != ledger.GENESIS
        for seal, head in told:
            # what was purged is no longer there to be compared
            if hashes.get(seal) != head and not (is_cut and seal < first.id):
                return "broken", seal
        return "match", told[-1][0]

    # -------------------------------------------------------------- sentences

    def _get_break_sentence(self, broken):
        if not broken:
            return ""
        numbers = {"row": broken.ledger_id, "seal": broken.seal_id}
        return {
            ledger.MISSING: self.env._(
                "Row %(row)s was sealed and is gone.", **numbers
            ),
            ledger.CONTENT: self.env._(
                "The content of row %(row)s is not what its hash says.", **numbers
            ),
            ledger.COLUMN: self.env._(
                "A column of row %(row)s contradicts its content.", **numbers
            ),
            ledger.UNSIGNED: self.env._(
                "Row %(row)s was not signed by the server: it was written past "
                "variance control, or the key of the server is missing.",
                **numbers,
            ),
            ledger.CHAIN: self.env._(
                "Seal %(seal)s does not follow the seal before it.", **numbers
            ),
            ledger.SEAL: self.env._(
                "Seal %(seal)s is not that of row %(row)s as it is now.", **numbers
            ),
            ledger.UNPROVEN: self.env._(
                "The chain begins at seal %(seal)s and no purge is recorded.", **numbers
            ),
            ledger.ANCHOR: self.env._(
                "Seal %(seal)s is not the one that was told outside of the database: "
                "the chain was written anew.",
                **numbers,
            ),
        }[broken.reason]

    def _get_anchor_sentence(self, state, seal):
        return {
            "none": self.env._(
                "No anchor outside of the database: set a file for it on the server."
            ),
            "no_key": self.env._(
                "Anchors cannot be checked: the server has no key for them."
            ),
            "match": self.env._(
                "Seal %(seal)s is the one told outside of the database.", seal=seal
            ),
            "broken": self.env._(
                "Seal %(seal)s is not the one told outside of the database.", seal=seal
            ),
        }[state]

    # -------------------------------------------------------------- scheduled

    @api.model
    @own_entry
    def _cron_verify(self):
        """Seal what was committed late, follow the chain, and tell when it breaks."""
        started = time.monotonic()
        rows = self.env["mfg.variance.engine"]._clean_engine().env[self._name]
        seals = rows.env["mfg.variance.ledger.seal"]
        while count := seals._seal(BATCH, is_thorough=True):
            if not self.env["ir.cron"]._commit_progress(count, remaining=0):
                break
        result = rows._verify()
        trouble = result["sentence"]
        if not trouble and result["waiting_minutes"] > LONGEST_WAIT_MINUTES:
            trouble = rows.env._(
                "%(count)s rows wait for their seal, the oldest for %(minutes)s "
                "minutes. See whether the scheduled action that seals them runs.",
                count=result["waiting_count"],
                minutes=round(result["waiting_minutes"]),
            )
        rows.env["mfg.variance.run"]._log(
            "cron",
            rows.env._("Verification of the ledger"),
            "failed" if trouble else "ok",
            record_count=result["count"],
            duration_ms=int((time.monotonic() - started) * 1000),
            error=trouble or False,
            res_model=self._name if result["ledger_id"] else False,
            res_id=result["ledger_id"],
        )
