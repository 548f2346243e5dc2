import csv
import gc
import hashlib
from collections import defaultdict
from pathlib import Path
from time import monotonic

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..domain.log_file import NotALogError, read_log, rejects_csv
from ..domain.log_plan import build_plan

BATCH = 40


class MfgVarianceDemoLog(models.AbstractModel):
    """Replays a production log through Manufacturing's own flows.

    Each case becomes an order, each machine under it a work order, timed by closed
    time logs at the log's own times and finished by Odoo's buttons. The engine then
    judges by itself, as it would on the floor. Nothing depends on the present
    moment: the events are those of the log, and so historic (D4).

    Every batch leaves the database complete, so an interrupted replay goes on where
    it stopped and a second one finds nothing to do.
    """

    _name = "mfg.variance.demo.log"
    _description = "Replay of a production log"

    @api.model
    def _replay(self, path, progress=None, rejects_path=None, commit=None):
        """Replay the file and return the figures of its summary.

        :param path: the log, a CSV file
        :param progress: called as ``progress(step, done, total)`` after each batch
        :param rejects_path: where to write the rejected lines as CSV
        :param commit: called after each batch to make it durable, e.g.
            ``env.cr.commit`` from a shell; without it all is one transaction
        :return: see :meth:`_get_figures`
        """
        started = monotonic()
        log = self._read_file(path)
        if rejects_path:
            self._write_rejects(rejects_path, log.rejects)
        plan = build_plan(log.rows)
        digest = self._get_digest(log)
        shop = self._find_shop(digest) or self._make_shop(plan, digest)
        replay = self.with_context(
            allowed_company_ids=shop.company.ids,
            tracking_disable=True,
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
        ).with_company(shop.company)
        replay._run_steps(plan, shop, progress, commit)
        figures = replay._get_figures(log, plan, shop)
        figures["seconds"] = round(monotonic() - started, 1)
        return figures

    # ----------------------------------------------------------------- the file

    def _read_file(self, path):
        """The file's rows and rejects; one clear sentence when it is no log."""
        name = Path(path).name
        try:
            log = read_log(Path(path).read_bytes())
        except OSError as error:
            raise UserError(
                self.env._(
                    "The production log %(path)s cannot be read: %(reason)s.",
                    path=path,
                    reason=error.strerror,
                )
            ) from None
        except NotALogError as error:
            raise UserError(
                self.env._(
                    "%(file)s is not a production log: its first line lacks the "
                    "columns %(columns)s.",
                    file=name,
                    columns=", ".join(error.missing),
                )
            ) from None
        if not log.rows:
            raise UserError(
                self.env._(
                    "%(file)s has the heading of a production log but no usable row.",
                    file=name,
                )
            )
        return log

    def _write_rejects(self, path, rejects):
        with open(path, "w", newline="", encoding="utf-8") as target:
            csv.writer(target).writerows(rejects_csv(rejects))

    def _get_digest(self, log):
        """Recognises the same rows again, whatever the file is called."""
        content = "\n".join(row.model_dump_json() for row in log.rows)
        return hashlib.sha256(content.encode()).hexdigest()

    # ---------------------------------------------------------------- the steps

    def _run_steps(self, plan, shop, progress, commit):
        """History first, then the standards it teaches, then the judged half."""

        def run(label, items, action):
            done = 0
            for batch in split_every(BATCH, items, list):
                action(batch, shop)
                # as at the end of a request: what was captured is judged now
                self.env.cr.flush()
                if commit:
                    commit()
                # rules leave environments behind, and Odoo looks through all that
                # are alive each time it needs one; they are young, and looking
                # through the old objects of the process takes half a second
                gc.collect(1)
                done += len(batch)
                if progress:
                    progress(label, done, len(items))

        run(self.env._("orders"), self._get_new_orders(plan), self._create_orders)
        todo = self._get_open_work_orders(plan.history)
        run(self.env._("history"), todo, self._finish_work_orders)
        run(self.env._("standards"), self._get_missing(plan), self._freeze_standards)
        todo = self._get_open_work_orders(plan.judged)
        run(self.env._("judged work orders"), todo, self._finish_work_orders)
        todo = self._get_new_breakdowns(plan)
        run(self.env._("breakdowns"), todo, self._create_breakdowns)
        run(self.env._("closing orders"), self._get_open_orders(plan), self._close)

    def _get_new_orders(self, plan):
        known = set(self._get_productions())
        return [order for order in plan.orders if order.case_id not in known]

    def _get_productions(self):
        """Orders of the log's company by case."""
        productions = self.env["mrp.production"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("variance_log_key", "!=", False),
            ]
        )
        return {production.variance_log_key: production for production in productions}

    def _get_workorders(self):
        """Work orders of the log's company by case and resource."""
        workorders = self.env["mrp.workorder"].search(
            [
                ("production_id.company_id", "=", self.env.company.id),
                ("variance_log_key", "!=", False),
            ]
        )
        return {
            (workorder.production_id.variance_log_key, workorder.variance_log_key): (
                workorder
            )
            for workorder in workorders
        }

    def _create_orders(self, orders, shop):
        productions = self.env["mrp.production"].create(
            [self._prepare_production_vals(order, shop) for order in orders]
        )
        productions.action_confirm()

    def _prepare_production_vals(self, order, shop):
        product = shop.products[order.part]
        return {
            "company_id": shop.company.id,
            "picking_type_id": shop.warehouse.manu_type_id.id,
            "product_id": product.id,
            "product_qty": order.quantity,
            "product_uom_id": product.uom_id.id,
            "bom_id": False,
            "origin": order.case_id,
            "variance_log_key": order.case_id,
            "date_start": order.started_at,
            "date_finished": order.finished_at,
            "workorder_ids": [
                (0, 0, self._prepare_workorder_vals(work_order, sequence, shop))
                for sequence, work_order in enumerate(order.work_orders, start=1)
            ],
        }

    def _prepare_workorder_vals(self, work_order, sequence, shop):
        return {
            "name": work_order.resource,
            "sequence": sequence,
            "workcenter_id": shop.workcenters[work_order.resource].id,
            "variance_log_key": work_order.resource,
        }

    # -------------------------------------------------------------- work orders

    def _get_open_work_orders(self, work_orders):
        """``(work order of the log, its record)`` for those not finished yet."""
        records = self._get_workorders()
        return [
            (work_order, records[work_order.key])
            for work_order in work_orders
            if records[work_order.key].state != "done"
        ]

    def _finish_work_orders(self, pairs, shop):
        self.env["mrp.workcenter.productivity"].create(
            [
                self._prepare_log_vals(log, record, shop)
                for work_order, record in pairs
                for log in work_order.time_logs
            ]
        )
        reports = defaultdict(self.env["mrp.workorder"].browse)
        for work_order, record in pairs:
            reports[work_order.reported, work_order.rejected] |= record
        for (reported, rejected), records in reports.items():
            records.write(
                {
                    "variance_is_reported": True,
                    "variance_reported_qty": reported,
                    "variance_rejected_qty": rejected,
                }
            )
        records = self.env["mrp.workorder"].concat(*[record for _wo, record in pairs])
        records.button_finish()
        for work_order, record in pairs:
            # finishing stamps the present moment on the planned dates (D3)
            record.with_context(bypass_duration_calculation=True).write(
                {
                    "date_start": work_order.started_at,
                    "date_finished": work_order.finished_at,
                }
            )

    def _prepare_log_vals(self, log, workorder, shop):
        loss = "mfg_variance_core.loss_setup" if log.is_setup else "mrp.block_reason7"
        return {
            "workorder_id": workorder.id,
            "workcenter_id": workorder.workcenter_id.id,
            "loss_id": self.env.ref(loss).id,
            **self._prepare_worker_vals(log, shop),
        }

    def _prepare_worker_vals(self, log, shop):
        worker = shop.workers.get(log.worker)
        return {
            "company_id": shop.company.id,
            "user_id": worker.id if worker else False,
            "date_start": log.start,
            "date_end": log.end,
            "variance_log_line": log.line,
            "description": self.env._("Line %(line)s of the log", line=log.line),
        }

    def _get_missing(self, plan):
        """``(record, standard)`` of the judged half where it is not frozen yet."""
        records = self._get_workorders()
        wanted = [
            (records[key], standard) for key, standard in plan.standards().items()
        ]
        frozen = self.env["mfg.variance.standard"].search(
            [("workorder_id", "in", [record.id for record, _standard in wanted])]
        )
        known = frozen.workorder_id
        return [(record, found) for record, found in wanted if record not in known]

    def _freeze_standards(self, pairs, _shop):
        for record, found in pairs:
            self.env["mfg.variance.standard"]._freeze_history(
                record, found.minutes_per_unit, found.sample_size, found.source
            )

    # --------------------------------------------------- breakdowns and closing

    def _get_new_breakdowns(self, plan):
        known = self.env["mrp.workcenter.productivity"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("workorder_id", "=", False),
                ("variance_log_line", ">", 0),
            ]
        )
        lines = set(known.mapped("variance_log_line"))
        return [log for log in plan.breakdowns if log.line not in lines]

    def _create_breakdowns(self, breakdowns, shop):
        """Equipment failures stand on the work center alone (D6)."""
        loss = self.env.ref("mrp.block_reason1")
        self.env["mrp.workcenter.productivity"].create(
            [
                {
                    "workcenter_id": shop.workcenters[log.resource].id,
                    "loss_id": loss.id,
                    **self._prepare_worker_vals(log, shop),
                }
                for log in breakdowns
            ]
        )

    def _get_open_orders(self, plan):
        records = self._get_productions()
        return [
            (order, records[order.case_id])
            for order in plan.orders
            if records[order.case_id].state != "done"
        ]

    def _close(self, pairs, _shop):
        records = self.env["mrp.production"].concat(*[record for _o, record in pairs])
        records.with_context(skip_redirection=True).button_mark_done()
        if unfinished := records.filtered(lambda record: record.state != "done"):
            raise UserError(
                self.env._(
                    "Manufacturing did not close the orders %(orders)s of the log. "
                    "Close one by hand to see what it asks for.",
                    orders=", ".join(unfinished.mapped("name")),
                )
            )
        for order, record in pairs:
            record.with_context(force_date=True).write(
                {"date_start": order.started_at, "date_finished": order.finished_at}
            )
        self._scrap_rejects(pairs)

    def _scrap_rejects(self, pairs):
        """Scrap what each work order rejected, through Odoo's own dialogue."""
        workorders = self._get_workorders()
        vals_list = [
            {
                "company_id": record.company_id.id,
                "production_id": record.id,
                "workorder_id": workorders[work_order.key].id,
                "product_id": record.product_id.id,
                "product_uom_id": record.product_uom_id.id,
                "scrap_qty": work_order.rejected,
                "variance_occurred_at": work_order.finished_at,
                "origin": order.case_id,
            }
            for order, record in pairs
            for work_order in order.work_orders
            if work_order.rejected
        ]
        for vals in vals_list:
            scrap = self.env["stock.scrap"].create(vals)
            question = scrap.action_validate()
            if question is not True:
                # the log may reject more than the order's stock: confirm the warning
                self.env[question["res_model"]].with_context(
                    **question["context"]
                ).create({}).action_done()
            scrap.date_done = scrap.production_id.date_finished
            # Odoo computes the quantity from the move, but gives all scraps computed
            # together a quantity of 1 except the first: compute each on its own
            scrap.flush_recordset()
