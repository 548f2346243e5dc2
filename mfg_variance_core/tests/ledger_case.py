from odoo.tools import SQL

from .common import VarianceCommon

TABLES = ("mfg_variance_ledger", "mfg_variance_ledger_seal")


class LedgerCase(VarianceCommon):
    """A case to tell of, and the means of whoever owns the database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Ledger = cls.env["mfg.variance.ledger"]
        cls.Seal = cls.env["mfg.variance.ledger.seal"]
        cls.case = cls.Case._open_cases([cls._prepare_case_vals()])
        cls.Seal._seal(100000, is_thorough=True)

    @classmethod
    def _prepare_case_vals(cls, severity="warning", **values):
        return {
            "title": "Turning took too long",
            "severity": severity,
            "company_id": cls.company.id,
            "plant_id": cls.plant.id,
            "first_event_at": cls.now,
            "detected_at": cls.now,
            **values,
        }

    def append(self, kind="test.happened", record=None, **data):
        """A row, as it can be read."""
        self.Ledger._append(kind, record or self.case, data)
        return self.Ledger.search([], limit=1)

    def told(self, kind, record=None):
        """The rows of a kind, oldest first."""
        domain = [("kind", "=", kind)]
        if record:
            domain += [("res_model", "=", record._name), ("res_id", "in", record.ids)]
        self.env.flush_all()
        return self.Ledger.search(domain, order="id")

    def seal(self):
        return self.Seal._seal(1000)

    def forge(self, query, *args):
        """Change what triggers keep, as the owner of the tables can."""
        self.env.flush_all()
        self._switch_triggers("DISABLE")
        self.env.cr.execute(SQL(query, *args))
        self._switch_triggers("ENABLE")
        self.env.invalidate_all()

    def _switch_triggers(self, how):
        for table in TABLES:
            self.env.cr.execute(
                SQL("ALTER TABLE %s %s TRIGGER USER", SQL.identifier(table), SQL(how))
            )
