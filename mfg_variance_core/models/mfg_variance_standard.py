from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..domain.standards import TimeStandard


class MfgVarianceStandard(models.Model):
    """The plan of one operation, frozen in its parts when the order is confirmed.

    Components have rows of their own, see ``mfg_variance_standard_component.py``.

    Minutes are per batch of ``batch_capacity`` units (0: per unit, not rounded to
    whole batches), so that backorders, splits and changed quantities scale the same
    row (DESIGN rule 5). A row is never changed: a new plan is a new version.
    """

    _name = "mfg.variance.standard"
    _description = "Frozen Standard"
    _inherit = ["mfg.variance.guarded"]
    _append_only_columns = (
        "company_id",
        "workorder_id",
        "operation_id",
        "workcenter_id",
        "setup_minutes",
        "cleanup_minutes",
        "run_minutes",
        "batch_capacity",
        "efficiency",
        "rate",
        "has_setup",
        "kind",
        "component_id",
        "quantity_per_unit",
        "loss_percent",
        "unit_cost",
        "cost_share",
        "source",
        "sample_size",
        "version",
        "frozen_at",
    )
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, index=True)
    production_group_id = fields.Many2one(
        "mrp.production.group", index="btree_not_null", ondelete="set null"
    )
    production_id = fields.Many2one(
        "mrp.production",
        string="Manufacturing Order",
        index="btree_not_null",
        ondelete="set null",
    )
    workorder_id = fields.Many2one(
        "mrp.workorder",
        string="Work Order",
        index="btree_not_null",
        ondelete="set null",
    )
    operation_id = fields.Many2one("mrp.routing.workcenter", ondelete="set null")
    product_id = fields.Many2one("product.product", ondelete="set null")
    workcenter_id = fields.Many2one(
        "mrp.workcenter", string="Work Center", ondelete="set null"
    )
    setup_minutes = fields.Float(digits=(16, 4))
    cleanup_minutes = fields.Float(digits=(16, 4))
    run_minutes = fields.Float(
        string="Run Minutes per Batch", digits=(16, 6), required=True
    )
    batch_capacity = fields.Float(digits=(16, 4))
    efficiency = fields.Float(string="Efficiency (%)", default=100.0)
    rate = fields.Float(string="Hourly Cost", digits=(16, 4))
    has_setup = fields.Boolean(
        string="Set-up Known", help="The plan tells set-up apart from running."
    )
    source = fields.Selection(
        [
            ("engineered", "Bill of materials"),
            ("manual", "Typed on the work order"),
            ("history", "Own history"),
            ("borrowed", "Borrowed from the work center"),
            ("late", "Added after confirmation"),
            ("frozen_late", "Open at installation"),
        ],
        required=True,
    )
    sample_size = fields.Integer(help="How many past orders stand behind it.")
    version = fields.Integer(default=1, required=True)
    reason = fields.Char()
    is_current = fields.Boolean(default=True)
    frozen_at = fields.Datetime(required=True)

    _group_operation_unique = models.UniqueIndex(
        "(production_group_id, operation_id) WHERE is_current AND "
        "production_group_id IS NOT NULL AND operation_id IS NOT NULL",
        "This operation of the order has a current standard already.",
    )
    _workorder_unique = models.UniqueIndex(
        "(workorder_id) WHERE is_current AND "
        "(operation_id IS NULL OR production_group_id IS NULL)",
        "This work order has a current standard already.",
    )

    @api.depends("operation_id", "workorder_id", "component_id", "version")
    def _compute_display_name(self):
        for standard in self:
            name = (
                standard.component_id.display_name
                or standard.operation_id.name
                or standard.workorder_id.name
                or ""
            )
            standard.display_name = self.env._(
                "%(name)s, version %(version)s", name=name, version=standard.version
            )

    # ------------------------------------------------------------------ reading

    def _to_domain(self):
        """This row as plain values for :mod:`..domain.standards`."""
        self.ensure_one()
        return TimeStandard(
            setup=self.setup_minutes,
            cleanup=self.cleanup_minutes,
            run_per_cycle=self.run_minutes,
            batch_capacity=self.batch_capacity,
            efficiency=self.efficiency or 100.0,
            rate=self.rate or None,
        )

    @api.model
    def _find_for_workorders(self, workorders):
        """The current standard of each work order as a dict by work order id.

        Work orders of one operation in one production group (backorders, splits)
        share the row; work orders without an operation, and those replanned apart
        from the others of their group, have their own.
        """
        groups = workorders.production_id.production_group_id
        rows = self.sudo().search(  # sudo: judging reads the plan for anybody
            [
                ("is_current", "=", True),
                ("kind", "=", "operation"),
                "|",
                ("workorder_id", "in", workorders.ids),
                "&",
                ("production_group_id", "in", groups.ids),
                ("operation_id", "in", workorders.operation_id.ids),
            ],
            order="id",
        )
        by_operation, by_workorder = {}, {}
        for row in rows:
            if row._is_shared():
                by_operation[row.production_group_id.id, row.operation_id.id] = row
            else:
                by_workorder[row.workorder_id.id] = row
        found = {}
        for workorder in workorders:
            row = by_workorder.get(workorder.id)
            if not row and workorder.operation_id:
                row = by_operation.get(self._get_shared_key(workorder))
            if row:
                found[workorder.id] = row
        return found

    def _is_shared(self):
        """True for a row that every work order of its operation and group uses."""
        self.ensure_one()
        return bool(self.operation_id and self.production_group_id)

    # ----------------------------------------------------------------- freezing

    @api.model
    def _freeze_workorders(self, workorders, source=None):
        """Freeze the plan of the work orders that have none; return the new rows.

        ``source`` overrides where the plan comes from (``late``, ``frozen_late``).
        A work order without any planned time gets no row: there is no standard.
        """
        known = self._find_for_workorders(workorders)
        vals_list, seen = [], set()
        for workorder in workorders:
            if workorder.id in known:
                continue
            vals = self._prepare_workorder_vals(workorder, source)
            key = (
                (vals["production_group_id"], vals["operation_id"])
                if vals and vals["operation_id"] and vals["production_group_id"]
                else workorder.id
            )
            if vals and key not in seen:
                seen.add(key)
                vals_list.append(vals)
        return self._as_system().create(vals_list).with_env(self.env)

    @api.model
    def _prepare_workorder_vals(self, workorder, source):
        center = workorder.workcenter_id
        bom_qty = workorder.production_bom_id.product_qty or 1
        capacity, setup, cleanup = center._get_capacity(
            workorder.product_id, workorder.product_uom_id, bom_qty
        )
        efficiency = center.time_efficiency or 100.0
        sample = 0
        if workorder.operation_id:
            run, kind = workorder.operation_id.time_cycle, "engineered"
            sample = self._count_averaged(workorder.operation_id)
            if sample:
                kind = "history"
        else:
            quantity = workorder.qty_production
            working = workorder.duration_expected - setup - cleanup
            if working <= 0 or not quantity:
                return None
            # Odoo keeps a total here: per unit, and the efficiency taken out of it
            run, capacity = working / quantity * efficiency / 100.0, 0.0
            kind = "manual"
        if not run and not setup and not cleanup:
            return None
        return {
            **self._prepare_identity_vals(workorder),
            "setup_minutes": setup,
            "cleanup_minutes": cleanup,
            "run_minutes": run,
            "batch_capacity": capacity,
            "efficiency": efficiency,
            "has_setup": bool(setup),
            "source": source or kind,
            "sample_size": sample,
        }

    @api.model
    def _count_averaged(self, operation):
        """How many finished work orders Odoo averages the cycle of an operation over.

        0 when the cycle is typed, or computed and nothing was finished yet: then Odoo
        takes the typed one too.
        """
        if operation.time_mode != "auto":
            return 0
        return self.env["mrp.workorder"].search_count(
            [
                ("operation_id", "=", operation.id),
                ("qty_produced", ">", 0),
                ("state", "=", "done"),
            ],
            limit=operation.time_mode_batch,
        )

    @api.model
    def _prepare_identity_vals(self, workorder):
        production = workorder.production_id
        return {
            "company_id": workorder.company_id.id,
            "production_group_id": production.production_group_id.id,
            "production_id": production.id,
            "workorder_id": workorder.id,
            "operation_id": workorder.operation_id.id,
            "product_id": workorder.product_id.id,
            "workcenter_id": workorder.workcenter_id.id,
            "rate": workorder.workcenter_id.costs_hour,
            "frozen_at": self.env["mfg.variance.engine"]._now(),
        }

    @api.model
    def _freeze_history(self, workorder, minutes_per_unit, sample_size, source):
        """Freeze a standard found from past orders.

        :param minutes_per_unit: median minutes per unit, more than 0
        :param sample_size: how many past orders the median stands on
        :param source: ``history`` (same product and work center) or ``borrowed``
        """
        if source not in ("history", "borrowed") or minutes_per_unit <= 0:
            raise UserError(
                self.env._(
                    "A standard from history needs positive minutes per unit and says "
                    "whether the history is its own or borrowed."
                )
            )
        if workorder.id in self._find_for_workorders(workorder):
            raise UserError(
                self.env._(
                    "%(workorder)s has a standard already; a standard is not changed.",
                    workorder=workorder.display_name,
                )
            )
        return (
            self._as_system()
            .create(
                {
                    **self._prepare_identity_vals(workorder),
                    "run_minutes": minutes_per_unit,
                    "batch_capacity": 0.0,
                    "source": source,
                    "sample_size": sample_size,
                }
            )
            .with_env(self.env)
        )

    @api.model
    def _supersede(self, workorders, reason):
        """Freeze a new version for work orders whose plan was changed on purpose.

        The earlier row stays and is no longer current; a plan that did not change
        keeps its row. Where backorders or splits use the row too it stays current
        for them, and the replanned work order gets one of its own. What was
        measured is not touched.
        """
        known = self._find_for_workorders(workorders)
        shared = self._count_shared(workorders)
        for workorder in workorders:
            old = known.get(workorder.id)
            vals = self._prepare_workorder_vals(workorder, None)
            if not old or not vals or old._is_same_plan(vals):
                continue
            if old._is_shared() and shared[self._get_shared_key(workorder)] > 1:
                vals["production_group_id"] = False
            else:
                old._as_system().write({"is_current": False})
                # one current row at a time: the index looks at each statement
                old.flush_recordset(["is_current"])
                if not old._is_shared():
                    vals["production_group_id"] = old.production_group_id.id
            self._as_system().create(
                {**vals, "version": old.version + 1, "reason": reason}
            )

    @api.model
    def _count_shared(self, workorders):
        """How many work orders there are of each operation and production group."""
        groups = workorders.production_id.production_group_id
        everyone = workorders.sudo().search(  # sudo: the plan is shared by all of them
            [
                ("production_id.production_group_id", "in", groups.ids),
                ("operation_id", "in", workorders.operation_id.ids),
            ]
        )
        return Counter(map(self._get_shared_key, everyone))

    @api.model
    def _get_shared_key(self, workorder):
        return workorder.production_id.production_group_id.id, workorder.operation_id.id

    def _is_same_plan(self, vals):
        names = (
            "setup_minutes",
            "cleanup_minutes",
            "run_minutes",
            "batch_capacity",
            "efficiency",
            "rate",
        )
        return (
            all(abs(self[name] - vals[name]) < 1e-4 for name in names)
            and self.workcenter_id.id == vals["workcenter_id"]
        )
