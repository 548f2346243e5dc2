"""Automation Rules the suite is compared with; their action does nothing."""

from odoo.fields import Command

FOUR_MODELS = ("mrp.workorder", "mrp.production", "stock.move", "stock.scrap")


def read_shipped_rules(env):
    """Return the suite's active rules as plain values that fit another database."""
    rules = env["base.automation"].search(
        [("action_server_ids.state", "=like", "variance_%")]
    )
    return [
        {
            "name": rule.name,
            "model": rule.model_name,
            "trigger": rule.trigger,
            "selection": rule.trg_selection_field_id.value,
            "pre_domain": rule.filter_pre_domain,
            "domain": rule.filter_domain,
            "fields": rule.trigger_field_ids.mapped("name"),
        }
        for rule in rules
    ]


def make_idle(env, shipped):
    """Create the shipped rules again with an action that does nothing."""
    for values in shipped:
        _make_rule(env, **values)


def make_four_rules(env):
    """One plain rule per model, as an administrator would click it together."""
    for model in FOUR_MODELS:
        _make_rule(env, f"Done: {model}", model, domain="[('state', '=', 'done')]")


def _make_rule(
    env,
    name,
    model,
    trigger="on_create_or_write",
    selection=False,
    pre_domain=False,
    domain=False,
    fields=(),
):
    model_id = env["ir.model"]._get_id(model)
    get_field = env["ir.model.fields"]._get
    values = {
        "name": name,
        "model_id": model_id,
        "trigger": trigger,
        "filter_domain": domain,
        "action_server_ids": [
            Command.create(
                {
                    "name": "Nothing",
                    "model_id": model_id,
                    "usage": "base_automation",
                    "state": "code",
                    "code": "pass",
                }
            )
        ],
    }
    if pre_domain:
        values["filter_pre_domain"] = pre_domain
    if fields:
        values["trigger_field_ids"] = [
            Command.set([get_field(model, field).id for field in fields])
        ]
    if selection:
        values["trg_selection_field_id"] = (
            env["ir.model.fields.selection"]
            .search(
                [
                    ("field_id", "=", get_field(model, "state").id),
                    ("value", "=", selection),
                ]
            )
            .id
        )
    env["base.automation"].create(values)
