import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import clean_context

from ...domain import dispositions
from ...guard import is_stored_code, own_entry, without_tokens
from .running import running

_logger = logging.getLogger(__name__)

# held in more places than this, it is executed by the scheduled action
LARGE = 50


class MfgVarianceDisposition(models.Model):
    """Doing what was granted: once, as a whole or not at all."""

    _name = "mfg.variance.disposition"
    _inherit = "mfg.variance.disposition"

    def _execute(self):
        """Do what was granted; what goes wrong is undone and shown, never half done.

        Whoever comes second waits for the row and finds it done.
        """
        self.ensure_one()
        self._lock_waiting()
        if self.state == dispositions.DONE:
            return True
        self._check_not_executed()
        engine = self.env["mfg.variance.engine"]
        try:
            with self.env.cr.savepoint():
                self._check_granted()
                self.hold_id._claim()
                self._run()
                self._transition(
                    dispositions.DONE,
                    executed_at=engine._now(),
                    attempts=self.attempts + 1,
                    failure=False,
                )
                self._follow_up()
        except Exception as error:
            engine._reraise_concurrency(error)
            self._fail(error)
            return False
        return True

    def _check_not_executed(self):
        """Refuse what the ledger says is done, whatever its state was set back to."""
        # sudo: whether there is a row that says so, whoever tries again
        ledger = self.env["mfg.variance.ledger"].sudo()
        done = [
            ("res_model", "=", self._name),
            ("res_id", "=", self.id),
            ("kind", "=", f"disposition.{dispositions.DONE}"),
        ]
        if ledger.search_count(done, limit=1):
            raise UserError(
                self.env._(
                    "%(disposition)s was executed already. Ask for a new disposition "
                    "of what is left.",
                    disposition=self.name,
                )
            )

    def _fail(self, error):
        if isinstance(error, UserError):
            text = str(error)
        else:
            _logger.exception("%s could not be executed", self)
            text = self.env._(
                "The system could not do it (%(error)s). Nothing was moved. Ask the "
                "automation owner to look at the log, then try again.",
                error=type(error).__name__,
            )
        self._transition(dispositions.FAILED, failure=text, attempts=self.attempts + 1)

    def _run(self):
        """Move the stock under the one permission there is for it."""
        self.ensure_one()
        if is_stored_code() or self.state not in (
            dispositions.APPROVED,
            dispositions.FAILED,
        ):
            self._refuse(("state",))
        before = self.hold_id._get_disposable_quantity()
        if before and not self.product_id:
            raise UserError(
                self.env._(
                    "%(lot)s was used up when this was asked for and is there again. "
                    "Withdraw this, and ask for what becomes of it.",
                    lot=self.lot_id.sudo().name,  # sudo: the name of a lot
                )
            )
        documents = self._for_documents()
        holds = self.env["mfg.variance.hold"]
        with running(self.env, self.id), holds._moving_for(self):
            getattr(documents, f"_run_{self.kind}")()
            # the hold ends in here: what it lets go is still its own
            self.hold_id._settle(self, before)

    def _get_done_quantity(self):
        """How much it takes off the hold: of what was sorted only the good part."""
        self.ensure_one()
        return dispositions.good_part(self._get_demand())

    def _for_documents(self):
        """This record for making native documents.

        Without our tokens, since Odoo's own methods run with it.
        """
        record = self.with_env(without_tokens(self.env))
        # sudo: the approver decides and the system moves what was granted; that asks
        # for no role of his in Inventory or Manufacturing
        record = record.sudo()
        return record.with_context(clean_context(record.env.context)).with_company(
            self.company_id
        )

    def _follow_up(self):
        """What a done disposition changes around it: the money and the case."""
        self.ensure_one()
        self._book_cost()
        if self.exception_id:
            # sudo: writes the log of the case, which the approver need not see
            self.exception_id.sudo().message_post(
                author_id=self.env.user.partner_id.id,
                body=self.env._(
                    "%(disposition)s was executed: %(what)s",
                    disposition=self.display_name,
                    what=self._get_plan_text(),
                ),
            )

    def _link(self, **documents):
        """Keep what an execution made on the disposition."""
        self._as_system().write(
            {
                name: [(4, record.id) for record in records]
                for name, records in documents.items()
            }
        )

    # ------------------------------------------------------------------- queued

    def _is_large(self):
        """Many places take long: the approver does not wait for them."""
        self.ensure_one()
        return bool(self.product_id) and (
            len(self.hold_id._get_disposable_quants()) > LARGE
        )

    def _wake(self):
        # sudo: asks the scheduler to wake; what it executes is granted already
        self.env.ref("mfg_variance_core.cron_dispositions").sudo()._trigger()

    @api.model
    @own_entry
    def _cron_execute(self, batch=20):
        """Execute what was approved and is not done; it decides nothing."""
        domain = [("state", "=", dispositions.APPROVED)]
        waiting = self.search(domain, limit=batch, order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self.search_count(domain))
        for one in waiting:
            locked = one.try_lock_for_update()
            if locked and locked.state == dispositions.APPROVED:
                locked._execute()
            if not cron._commit_progress(1):
                break
