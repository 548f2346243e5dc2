from odoo import api, models

# what may be scanned, the most specific first: model, fields holding the code
SCANNED = (
    ("mrp.workorder", ("barcode",)),
    ("mrp.production", ("name",)),
    ("mrp.workcenter", ("code", "name")),
    ("stock.lot", ("name",)),
    ("mfg.variance.exception", ("name",)),
    ("mfg.variance.hold", ("name",)),
)
LONGEST_CODE = 200


class MfgVarianceFloor(models.AbstractModel):
    """Finding by a scanned code what the person stands in front of."""

    _name = "mfg.variance.floor"
    _inherit = "mfg.variance.floor"

    @api.model
    @api.readonly
    def action_find(self, code):
        """The record of a scanned code: ``{"model", "id", "name", "workcenter_id"}``.

        False when nothing in the places of this person has that code.
        """
        self._check_is_operator()
        code = code.strip() if isinstance(code, str) else ""
        if not code or len(code) > LONGEST_CODE:
            return False
        for model, names in SCANNED:
            for name in names:
                record = self._find_scanned(model, name, code)
                if record:
                    return self._prepare_focus(record)
        return False

    def _find_scanned(self, model, name, code):
        """The newest record with this code that lies in the places of the person."""
        # sudo: an operator of ours may have no role in Manufacturing; he learns no
        # more than the name he scanned, and only of his own companies and plants
        found = (
            self.env[model]
            .sudo()
            .search([(name, "=", code)], order="id desc", limit=10)
        )
        return next((record for record in found if self._is_near(record)), None)

    def _is_near(self, record):
        """True for a record of a company and a plant of this person."""
        if record.company_id and record.company_id not in self.env.companies:
            return False
        if record._name in ("mfg.variance.exception", "mfg.variance.hold"):
            return bool(self.env[record._name].search_count([("id", "=", record.id)]))
        mine = self.env.user.variance_plant_ids
        plant_id = self._get_plant_id(record)
        return not mine or not plant_id or plant_id in mine.ids

    def _get_plant_id(self, record):
        if record._name == "mrp.workcenter":
            return record.variance_plant_id.id
        if record._name in ("mrp.production", "mrp.workorder"):
            return record._get_variance_dims()["plant_id"]
        return False

    def _prepare_focus(self, record):
        center = record
        if record._name == "mrp.workorder":
            center = record.workcenter_id
        elif record._name == "mfg.variance.exception":
            center = record.workcenter_id
        elif record._name != "mrp.workcenter":
            center = record.env["mrp.workcenter"]
        return {
            "model": record._name,
            "id": record.id,
            "name": record.display_name,
            "workcenter_id": center.id,
            "workorder_id": record.id if record._name == "mrp.workorder" else False,
        }

    def _get_focus(self, focus):
        """The record a client says it found before, checked again."""
        if not isinstance(focus, dict):
            return None
        model, record_id = focus.get("model"), focus.get("id")
        if model not in dict(SCANNED) or not isinstance(record_id, int):
            return None
        # sudo: as for finding it; its place is checked
        record = self.env[model].sudo().browse(record_id).exists()
        return record if record and self._is_near(record) else None

    def _get_focus_domain(self, record):
        """The cases about a record; rights and rules of the cases stay the person's."""
        if record._name == "stock.lot":
            return [("lot_id", "=", record.id)]
        if record._name == "mfg.variance.exception":
            return [("id", "=", record.id)]
        if record._name == "mfg.variance.hold":
            return [("id", "=", record.exception_id.id)]
        # with the person's own rights: sudo would find the cases of other plants
        return record.sudo(False)._get_variance_domain()
