from odoo import api, models

from ...domain import holds


class MfgVarianceEngine(models.AbstractModel):
    """Holds asked for by a rule: placed when its transaction ends (D1)."""

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    @api.model
    def _capture_holds(self, vals_list):
        """Remember holds to place; placed at once, they would refuse the very event.

        Asked for twice, the same is held once, for each case, as hard as anybody asked.
        """
        queue = self._get_queue().setdefault(("hold",), {})
        for vals in vals_list:
            target = vals[f"{vals['kind']}_id"]
            key = (vals["kind"], target, vals["reason"], vals.get("exception_id"))
            before = queue.get(key, vals)
            strength = holds.stronger((before["strength"], vals["strength"]))
            queue[key] = {**vals, "strength": strength}

    def _get_pass_order(self, key):
        # after everything that is judged: a case may want to hold the same
        return (9, str(key)) if key[0] == "hold" else super()._get_pass_order(key)

    def _run_hold(self, _key, items, _shared):
        self.env["mfg.variance.hold"]._place(list(items.values()))

    def _store_judge_failure(self, key, item, exc, started):
        if key[0] != "hold":
            return super()._store_judge_failure(key, item, exc, started)
        kind, target_id, reason, _case_id = item
        Hold = self.env["mfg.variance.hold"]
        target = self.env[Hold._fields[f"{kind}_id"].comodel_name].browse(target_id)
        company = "company_id" in target and target.exists().company_id
        return self.env["mfg.variance.run"]._log(
            "judge",
            self.env._("Not held: %(reason)s", reason=reason),
            "failed",
            error=f"{type(exc).__name__}: {exc}",
            res_model=target._name,
            res_id=target_id,
            record_count=1,
            company_id=company.id if company else False,
        )
