from collections import Counter

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..domain import outcomes

# a repeat belongs to the case of the first, and names its own order (DESIGN rule 7)
MEASURED_LINKS = ("production_id", "workorder_id")


class MfgVarianceLinked(models.AbstractModel):
    """A business record that cases refer to: the count and the smart button.

    The field of the case that refers to it is ``_variance_link``; the default is
    the model's own name after the dot.
    """

    _name = "mfg.variance.linked"
    _description = "Linked to Variance Exceptions"

    _variance_link = None

    variance_exception_count = fields.Integer(
        string="Open Variances", compute="_compute_variance_exception_count"
    )

    variance_muted_count = fields.Integer(
        string="Muted Readings", compute="_compute_variance_muted"
    )
    variance_muted_text = fields.Char(compute="_compute_variance_muted")

    def _compute_variance_muted(self):
        """What was beyond a limit here and bothers nobody, and by what it is muted."""
        link = self._get_variance_link()
        found = {}
        if self.ids and link in MEASURED_LINKS:
            # sudo: whoever works on the order is told that something is kept quiet,
            # also without a role in variance control
            rows = self.env["mfg.variance.measurement"].sudo()
            rows = rows.search(
                [
                    (link, "in", self.ids),
                    ("outcome", "in", outcomes.MUTED),
                    ("is_current", "=", True),
                ]
            )
            found = rows.grouped(link)
        for record in self:
            mine = found.get(record._origin) if found else None
            record.variance_muted_count = len(mine) if mine else 0
            record.variance_muted_text = mine._get_muted_text() if mine else False

    def action_open_variance_muted(self):
        """What was beyond a limit here and is muted."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_measurement_action"
        )
        domain = [
            (self._get_variance_link(), "in", self.ids),
            ("outcome", "in", outcomes.MUTED),
            ("is_current", "=", True),
        ]
        return {**action, "domain": domain, "context": {}}

    def _get_variance_link(self):
        return self._variance_link or f"{self._name.split('.')[-1]}_id"

    def _get_variance_links(self):
        """Every field of a case that may refer to these records."""
        return (self._get_variance_link(),)

    def _get_variance_domain(self):
        link = self._get_variance_link()
        if link not in MEASURED_LINKS:
            links = self._get_variance_links()
            return Domain.OR([Domain(name, "in", self.ids) for name in links])
        found = self._read_variance_cases([])
        return [("id", "in", [case_id for _record_id, case_id in found])]

    def _compute_variance_exception_count(self):
        Case = self.env["mfg.variance.exception"]
        counts = Counter()
        if self.ids and Case.has_access("read"):
            found = self._read_variance_cases([("is_open", "=", True)])
            counts.update(record_id for record_id, _case_id in found)
        for record in self:
            record.variance_exception_count = counts[record._origin.id]

    def _read_variance_cases(self, domain):
        """``(record id, case id)`` of the cases of these records, in one query.

        Those that name the record, and those one of its own figures was merged into.
        Access rights and record rules of the cases are those of the environment.
        """
        if not self.ids:
            return []
        Case = self.env["mfg.variance.exception"]
        link, ids = self._get_variance_link(), tuple(self.ids)
        names = self._get_variance_links()
        Case.flush_model(names)
        links = SQL(" UNION ").join(
            SQL(
                "SELECT %(link)s AS record_id, id AS case_id "
                "FROM mfg_variance_exception WHERE %(link)s IN %(ids)s",
                link=SQL.identifier(name),
                ids=ids,
            )
            for name in names
        )
        if link in MEASURED_LINKS:
            self.env["mfg.variance.measurement"].flush_model(
                [link, "exception_id", "is_current", "outcome"]
            )
            links = SQL(
                "%(links)s UNION SELECT %(link)s, exception_id "
                "FROM mfg_variance_measurement WHERE %(link)s IN %(ids)s "
                "AND is_current AND outcome IN %(beyond)s "
                "AND exception_id IS NOT NULL",
                links=links,
                link=SQL.identifier(link),
                ids=ids,
                beyond=(outcomes.OPENED, outcomes.MERGED),
            )
        return self.env.execute_query(
            SQL(
                "SELECT record_id, case_id FROM (%s) AS linked WHERE case_id IN %s",
                links,
                Case._search(domain).subselect(),
            )
        )

    def action_open_variance_exceptions(self):
        """The cases of this record, open ones first."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_exception_action"
        )
        return {**action, "domain": self._get_variance_domain(), "context": {}}
