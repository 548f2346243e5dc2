from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...domain import holds, suspects
from .mfg_variance_suspect_search import AT_ONCE, BACKWARD, FORWARD, MOST


class MfgVarianceSuspect(models.Model):
    """Beginning a search: with what, since when, and what was made together with it."""

    _name = "mfg.variance.suspect"
    _inherit = "mfg.variance.suspect"

    @api.model
    def _begin(self, vals):
        """Begin a search with a lot, order, work order, or work center and time.

        What is found while the person waits is there at once; a large search goes on in
        the background.
        """
        vals = self._prepare_population(vals)
        created = self._as_system().with_context(
            mail_create_nosubscribe=True, mail_create_nolog=True, tracking_disable=True
        )
        population = created.create(vals)
        self.env.flush_all()
        population._plant_seeds()
        population._search_on(AT_ONCE)
        if population.state == "searching":
            # sudo: wake the scheduled action, whoever asked
            self.env.ref("mfg_variance_core.cron_suspects").sudo()._trigger()
        return self.browse(population.ids)

    def _prepare_population(self, vals):
        engine = self.env["mfg.variance.engine"]
        # sudo: what it begins with, for whoever may see the case or hold
        source = self.sudo().new(vals)
        target = (
            source.lot_id
            or source.workorder_id
            or source.production_id
            or source.workcenter_id
        )
        if not target:
            raise UserError(
                self.env._("Begin with a lot, an order, a work order or a work center.")
            )
        Hold = self.env["mfg.variance.hold"].sudo()  # sudo: the place of the target
        kind = target._name.split(".")[-1]
        place = getattr(Hold, f"_get_place_of_{kind}")(target._origin, {})
        sequence = self.env["ir.sequence"].sudo()  # sudo: numbering only
        return {
            **vals,
            "name": sequence.next_by_code("mfg.variance.suspect"),
            "title": target.display_name,
            "company_id": place.get("company_id") or self.env.company.id,
            "plant_id": place.get("plant_id"),
            "date_to": vals.get("date_to") or engine._now(),
            "asked_by_id": not self.env.su and self.env.uid,
            "asked_at": engine._now(),
        }

    def _plant_seeds(self):
        """The first lines: what the search begins with, and what was made with it."""
        self.ensure_one()
        lots, orders = self.lot_id, self._get_seed_orders()
        seeds = [(suspects.LOT, lot.id) for lot in lots]
        if not self.lot_id:
            seeds += [(suspects.ORDER, order) for order in orders]
        self._add_lines(suspects.ITSELF, seeds, 0)
        together = self._get_made_together() if lots else []
        self._add_lines(suspects.SIBLING, together, 0)
        self._keep_walks(
            {
                FORWARD: suspects.begin([*seeds, *together]),
                BACKWARD: suspects.begin(seeds),
            }
        )

    def _get_seed_orders(self):
        """The orders of the work order, or that were at the center in that time."""
        if self.production_id or self.workorder_id:
            return (self.production_id or self.workorder_id.production_id).ids
        if not self.workcenter_id:
            return []
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT work.production_id
                  FROM mrp_workorder work
                  LEFT JOIN mrp_workcenter_productivity log
                    ON log.workorder_id = work.id
                 WHERE work.workcenter_id = %(center)s
                   AND work.state IN ('progress', 'done')
                   AND COALESCE(log.date_start, work.date_start) <= %(to)s
                   AND COALESCE(log.date_end, work.date_finished, %(to)s) >= %(since)s
                 ORDER BY work.production_id
                 LIMIT %(most)s
                """,
                center=self.workcenter_id.id,
                since=self.date_from or self.asked_at,
                to=self.date_to,
                most=MOST,
            )
        )
        return [row[0] for row in rows]

    def _get_made_together(self):
        """The other lots of the orders the lot came out of."""
        orders = self._ask_orders_that_made(self.lot_id.ids)
        lots = self._ask_lots_made_by([number for _kind, number in orders])
        return [node for node in lots if node != (suspects.LOT, self.lot_id.id)]

    # --------------------------------------------------------------- by default

    @api.model
    def _prepare_from_case(self, case):
        """What a case is about and since when: the last good reading before it."""
        case = case.sudo()  # sudo: what the case names, for whoever sees it
        targets = case._get_hold_targets()
        since, _until = suspects.window(
            case.first_event_at,
            self._get_last_good(case),
            self.env["mfg.variance.engine"]._now(),
        )
        vals = {"exception_id": case.id, "date_from": since}
        for name, field in (
            ("lot", "lot_id"),
            ("component_lot", "lot_id"),
            ("workcenter", "workcenter_id"),
            ("workorder", "workorder_id"),
            ("production", "production_id"),
        ):
            if name in targets:
                return {**vals, field: targets[name][:1].id}
        raise UserError(
            self.env._("%(case)s names no lot, order or work center.", case=case.name)
        )

    @api.model
    def _get_last_good(self, case):
        """When the same thing was last judged to be within its limits."""
        domain = [
            ("metric_id", "=", case.metric_id.id),
            ("outcome", "=", "within"),
            ("is_current", "=", True),
            ("event_at", "<", case.first_event_at),
        ]
        for name in ("workcenter_id", "product_id"):
            if case[name]:
                domain.append((name, "=", case[name].id))
        last = self.env["mfg.variance.measurement"].search(
            domain, order="event_at desc", limit=1
        )
        return last.event_at

    @api.model
    def _prepare_from_hold(self, hold):
        hold = hold.sudo()  # sudo: what is held, for whoever sees the hold
        vals = {"exception_id": hold.exception_id.id}
        if hold.kind in (holds.LOT, holds.QUANTITY) and hold.lot_id:
            return {**vals, "lot_id": hold.lot_id.id}
        if hold.kind == holds.WORKCENTER:
            since, _until = suspects.window(hold.placed_at, None, hold.placed_at)
            return {
                **vals,
                "workcenter_id": hold.workcenter_id.id,
                "date_from": since,
            }
        order = hold.production_id or hold.workorder_id.production_id
        if not order:
            raise UserError(
                self.env._(
                    "%(hold)s is on no lot and no order: nobody can tell what shares "
                    "it.",
                    hold=hold.display_name,
                )
            )
        return {**vals, "production_id": order.id}
