from odoo import models

from ..domain import clocks, consumption, outcomes
from .fact import Fact

CONSUMPTION_CODES = ("material_usage", "material_missing", "material_price")
GONE_DIMS = (
    "company_id",
    "plant_id",
    "product_id",
    "production_id",
    "component_id",
    "lot_id",
)


class MfgVarianceMetric(models.Model):
    """Readers of consumption: each component of an order, and orders without any."""

    _name = "mfg.variance.metric"
    _inherit = "mfg.variance.metric"

    def _read_material_usage(self, records, phase, shared):
        """What each order consumed of each component against its frozen plan.

        In the unit of the component; scrap of a component counts as consumption, an
        unpicked quantity is a reservation and none (D6). While an order runs the plan
        is that of the whole order: what is beyond it stays beyond it. The source is
        the first move of the component.
        """
        data_list = self._get_consumption(records, phase, shared)
        facts = [
            self._fact_material_usage(data, usage)
            for data in data_list
            for usage in data["usages"]
        ]
        changed = [
            data["order"].id
            for data in data_list
            if len(data["usages"]) < len(data["moves"])
        ]
        changed += records.filtered(lambda order: order.state == "cancel").ids
        return facts + self._get_gone_facts(
            "material_usage", phase, facts, shared, changed
        )

    def _read_material_missing(self, records, phase, shared):
        """How many components of an order were consumed, where it was not one.

        An order that consumed something has no such figure, unless it had one before:
        then the correction is read.
        """
        data_list = self._get_consumption(records, phase, shared)
        silent = [
            data
            for data in data_list
            if data["quantity"] and consumption.is_nothing_consumed(data["lines"])
        ]
        corrected = [data for data in data_list if data not in silent]
        if corrected:
            known = self.env["mfg.variance.measurement"].search(
                [
                    ("metric_code", "=", "material_missing"),
                    ("production_id", "in", [d["order"].id for d in corrected]),
                    ("is_current", "=", True),
                ]
            )
            orders = known.production_id
            silent += [data for data in corrected if data["order"] in orders]
        return [self._fact_material_missing(data) for data in silent]

    def _fact_material_usage(self, data, usage):
        line = usage.line
        row = data["rows"].get(line.component)
        fact = Fact(
            source_model="stock.move",
            source_id=data["moves"][line.component][0].id,
            event_at=data["event_at"],
            dims={
                **data["dims"],
                "component_id": line.component,
                "lot_id": self._get_only_lot(data["moves"][line.component]),
            },
            planned=line.planned,
            actual=usage.actual,
            quantity=data["quantity"],
            standard_id=row.id if row else None,
            standard_source=row.source if row else None,
            unit=data["moves"][line.component][0].product_id.uom_id.name,
            step=line.step,
            money_floor=data["money_floor"],
            amount=usage.amount,
            amount_formula=usage.formula,
            amount_missing_reason=usage.missing_reason,
        )
        if not usage.is_recorded:
            fact.gap = outcomes.NOT_RECORDED
            fact.gap_reason = self.env._(
                "Odoo booked the planned quantity by itself; nobody registered what "
                "was used."
            )
            if not self._has_usage_leaf(usage):
                fact.amount = None
                fact.amount_formula = None
                fact.amount_missing_reason = fact.gap_reason
        return fact

    def _get_gone_facts(self, code, phase, facts, shared, changed=()):
        """Nothing, for each component that had a figure and has none any more.

        It was taken off or came back as a whole, or it is counted with the component
        it stands in for: what was measured before must not be added up beside that.
        Looked up for corrected orders, and for the ``changed`` ones.
        """
        orders = {*changed, *shared.get(("corrected", "mrp.production"), ())}
        if not orders:
            return []
        rows = self.env["mfg.variance.measurement"].search(
            [
                ("metric_code", "=", code),
                ("production_id", "in", list(orders)),
                ("phase", "in", list({phase, "running"})),
                ("is_current", "=", True),
            ]
        )
        read = {(fact.source_model, fact.source_id) for fact in facts}
        gone = rows.filtered(lambda row: (row.source_model, row.source_id) not in read)
        return [
            Fact(
                source_model=row.source_model,
                source_id=row.source_id,
                event_at=row.event_at,
                dims={name: row[name].id for name in GONE_DIMS},
                planned=0.0,
                actual=0.0,
                quantity=row.quantity,
                unit=row.unit,
                amount=0.0,
                is_plan_zero=True,
                note=self.env._("The order has no figure of its own for this now."),
            )
            for row in gone
        ]

    def _has_usage_leaf(self, usage):
        """Whether the money of a usage is a leaf of its order.

        Where the plan allows a loss, less than planned is booked by itself: that is in
        the accounts, and the leaves of the order have to add up to it.
        """
        line = usage.line
        is_off = abs(line.actual - line.planned) > line.step
        return usage.amount is not None and (usage.is_recorded or is_off)

    def _fact_material_missing(self, data):
        planned = [line for line in data["lines"] if line.planned]
        used = [line for line in planned if line.actual]
        return Fact(
            source_model="mrp.production",
            source_id=data["order"].id,
            event_at=data["event_at"],
            dims=data["dims"],
            planned=float(len(planned)),
            actual=float(len(used)),
            quantity=data["quantity"],
            amount_missing_reason=self.env._(
                "What was used and not booked has no amount."
            ),
        )

    def _get_only_lot(self, moves):
        """The lot that explains the consumption, if it is one."""
        if all(move.has_tracking == "none" for move in moves):
            return False
        lots = self.env["stock.lot"].union(*(move.lot_ids for move in moves))
        return lots.id if len(lots) == 1 else False

    # -------------------------------------------------------------- shared rows

    def _get_consumption(self, productions, phase, shared):
        """Moves, frozen components and usages of orders, read once a pass."""
        key = ("consumption", phase, productions._ids)
        if key not in shared:
            shared[key] = self._collect_consumption(productions, phase, shared)
        return shared[key]

    def _collect_consumption(self, productions, phase, shared):
        Standard = self.env["mfg.variance.standard"]
        rows = Standard._find_for_productions(productions)
        late = productions.filtered(lambda order: not rows[order.id])
        if late and Standard._freeze_components(late, source="late"):
            rows = Standard._find_for_productions(productions)
        # sudo: consumption is read for anybody's order
        moves = (
            self.env["stock.move"]
            .sudo()
            .search([("raw_material_production_id", "in", productions.ids)], order="id")
        )
        by_order = moves.grouped("raw_material_production_id")
        returned = self._get_returned(moves | productions.sudo().move_finished_ids)
        logs = self._get_time_logs(productions.workorder_ids, shared)
        found = []
        for order in productions:
            mine = by_order.get(order.sudo(), moves.browse())
            data = self._prepare_consumption(
                order, phase, mine, rows[order.id], logs, returned
            )
            if data["lines"]:
                found.append(data)
        self._keep_event_times(found)
        return found

    def _keep_event_times(self, data_list):
        """What is read again without a time log happened when it was read first."""
        unclear = [data for data in data_list if not data["has_time"]]
        if not unclear:
            return
        first = dict(
            self.env["mfg.variance.measurement"]._read_group(
                [
                    ("production_id", "in", [data["order"].id for data in unclear]),
                    ("metric_code", "in", CONSUMPTION_CODES),
                    ("phase", "=", "final"),
                ],
                ["production_id"],
                ["event_at:min"],
            )
        )
        for data in unclear:
            data["event_at"] = first.get(data["order"], data["event_at"])

    def _get_returned(self, moves):
        """What came back of each of these moves, by move id, in the product's unit."""
        back = self.env["stock.move"].search_fetch(
            [("origin_returned_move_id", "in", moves.ids), ("state", "=", "done")],
            ["origin_returned_move_id", "product_id", "product_uom", "quantity"],
        )
        returned = {}
        for move in back:
            quantity = move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id, round=False
            )
            origin = move.origin_returned_move_id.id
            returned[origin] = returned.get(origin, 0.0) + quantity
        return returned

    def _prepare_consumption(self, order, phase, moves, rows, logs, returned):
        ordered = order.product_uom_qty
        made = order._get_variance_made(returned)
        quantity = ordered if phase == "running" else made
        by_component = {
            product.id: group for product, group in moves.grouped("product_id").items()
        }
        lines = [
            self._prepare_line(
                component, group, rows.get(component), quantity, returned
            )
            for component, group in by_component.items()
        ]
        # planned by nobody and used by nobody: a line somebody took off again
        lines = [line for line in lines if line.planned or line.actual]
        if order.state == "cancel":
            lines = [line for line in lines if line.actual]
        happened_at = order.variance_occurred_at or clocks.latest_end(
            (log["start"], log["end"])
            for workorder in order.workorder_ids
            for log in logs.get(workorder.id, [])
            if not log["is_estimate"]
        )
        now = self.env["mfg.variance.engine"]._now()
        return {
            "order": order,
            "dims": order._get_variance_dims(),
            "quantity": quantity,
            "rows": rows,
            "moves": by_component,
            "lines": lines,
            "usages": consumption.pair(lines),
            "values": {
                line.component: self._get_value(by_component[line.component], returned)
                for line in lines
            },
            "money_floor": self.env["mfg.variance.plant"]._get_order_floor(
                order, sum(line.planned * (line.cost or 0.0) for line in lines)
            ),
            # what is registered while it runs happens now
            "event_at": now if phase == "running" else happened_at or now,
            "has_time": phase == "running" or bool(happened_at),
        }

    def _prepare_line(self, component, moves, row, quantity, returned):
        # an unplanned component has the cost it has in the company of the order
        product = moves[0].product_id.with_company(moves[0].company_id)
        per_unit, loss = (
            (row.quantity_per_unit, row.loss_percent) if row else (0.0, 0.0)
        )
        consumed = [move for move in moves if move.picked and move.state != "cancel"]
        return consumption.Line(
            component=component,
            planned=consumption.allowed(per_unit, loss, quantity),
            booked_by_plan=consumption.allowed(per_unit, 0.0, quantity),
            actual=sum(
                move.product_uom._compute_quantity(
                    move.quantity, product.uom_id, round=False
                )
                - returned.get(move.id, 0.0)
                for move in consumed
            ),
            step=product.uom_id.rounding,
            cost=(row.unit_cost if row else product.standard_price) or None,
            unit=self._get_unit_family(product.uom_id),
            factor=product.uom_id.factor,
            is_registered=any(move.variance_is_registered for move in consumed),
        )

    def _get_value(self, moves, returned):
        """What accounting charges for moves of a component that did not come back.

        ``None`` where the stock of the product has no value.
        """
        if not moves[0].product_id.is_storable:
            return None
        value = 0.0
        for move in moves:
            if move.state == "done" and move.quantity:
                back = returned.get(move.id, 0.0)
                if back:
                    quantity = move.product_uom._compute_quantity(
                        move.quantity, move.product_id.uom_id, round=False
                    )
                    value += move.value * (1.0 - back / quantity)
                else:
                    value += move.value
        return value

    def _get_unit_family(self, uom):
        """What tells which components are counted in convertible units."""
        return int((uom.parent_path or str(uom.id)).split("/")[0])
