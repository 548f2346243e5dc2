from odoo import api, models
from odoo.tools import SQL


class MfgVarianceLedger(models.Model):
    """Verify also asks whether each hold and decision is as the ledger tells it.

    A state written into the database by itself is in no row: what is lifted, weakened,
    reduced, executed or gone without one is named.
    """

    _name = "mfg.variance.ledger"
    _inherit = "mfg.variance.ledger"

    @api.model
    def _verify(self):
        result = super()._verify()
        if not result["is_intact"]:
            return result
        rows = self.env.execute_query(self._sql_untold())
        if not rows:
            return result
        model, res_id, name = rows[0]
        return {
            **result,
            "is_intact": False,
            "reason": "untold",
            "record": f"{model},{res_id}",
            "sentence": self.env._(
                "%(record)s is not as the ledger tells it: it was written past "
                "variance control.",
                record=name,
            ),
        }

    @api.model
    def _sql_untold(self):
        """The first hold or disposition that is other than its rows say."""
        return SQL(
            """
            WITH told AS (
                SELECT res_id, MAX(res_name) AS res_name,
                       MAX(id) FILTER (WHERE kind = 'hold.lifted') AS lifted,
                       MAX(id) FILTER (WHERE kind = 'hold.weakened') AS weakened,
                       MAX(id) FILTER (WHERE kind = 'hold.strengthened') AS restored,
                       MAX(id) FILTER (WHERE kind IN ('hold.reduced', 'hold.narrowed'))
                           AS less,
                       MAX(content::jsonb #>> '{data,strength}')
                           FILTER (WHERE kind = 'hold.placed') AS strength
                  FROM mfg_variance_ledger
                 WHERE res_model = 'mfg.variance.hold'
                 GROUP BY res_id
                HAVING COUNT(*) FILTER (WHERE kind = 'hold.placed') > 0
            )
            SELECT 'mfg.variance.hold', told.res_id, told.res_name
              FROM told
              LEFT JOIN mfg_variance_hold AS hold ON hold.id = told.res_id
              LEFT JOIN mfg_variance_ledger AS less ON less.id = told.less
             WHERE hold.id IS NULL
                OR hold.state = 'lifted' AND told.lifted IS NULL
                OR hold.strength = 'no_ship' AND told.strength = 'no_use'
                   AND COALESCE(told.weakened, 0) <= COALESCE(told.restored, 0)
                OR hold.kind = 'quantity' AND hold.quantity + 0.000001
                   < (less.content::jsonb #>> '{data,left}')::numeric
             UNION ALL
            SELECT 'mfg.variance.disposition', one.id, one.name
              FROM mfg_variance_disposition AS one
             WHERE (one.state = 'done') IS DISTINCT FROM EXISTS (
                       SELECT 1 FROM mfg_variance_ledger AS row
                        WHERE row.res_model = 'mfg.variance.disposition'
                          AND row.res_id = one.id AND row.kind = 'disposition.done'
                   )
               AND EXISTS (
                       SELECT 1 FROM mfg_variance_ledger AS row
                        WHERE row.res_model = 'mfg.variance.disposition'
                          AND row.res_id = one.id
                          AND row.kind = 'disposition.waiting'
                   )
             LIMIT 1
            """
        )
