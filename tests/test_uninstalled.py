"""Uninstalling on a used database leaves manufacturing, and nothing of ours (D19)."""

import pytest

from tools import database, odoo

# each names what is left; all of them have to find nothing
LEFT = {
    "tables": "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v', 'm') AND "
    "relname LIKE 'mfg_variance%'",
    "triggers": "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'mfg_variance%'",
    "functions": "SELECT proname FROM pg_proc WHERE proname LIKE 'mfg_variance%'",
    "columns": "SELECT table_name, column_name FROM information_schema.columns WHERE "
    "table_schema = 'public' AND column_name LIKE 'variance%'",
    "external ids": "SELECT name FROM ir_model_data WHERE module LIKE 'mfg_variance%'",
    "models": "SELECT model FROM ir_model WHERE model LIKE 'mfg.variance%'",
    "server actions": "SELECT id FROM ir_act_server WHERE state LIKE 'variance%' "
    "OR code LIKE '%variance%' OR code LIKE '%_cron_judge%'",
    "scheduled actions": "SELECT cron_name FROM ir_cron "
    "WHERE cron_name LIKE 'Variance%'",
    "automation rules": "SELECT r.id FROM base_automation r WHERE NOT EXISTS "
    "(SELECT 1 FROM ir_act_server a WHERE a.base_automation_id = r.id)",
    "record rules": "SELECT r.id FROM ir_rule r LEFT JOIN ir_model m "
    "ON m.id = r.model_id WHERE m.id IS NULL OR r.domain_force LIKE '%variance%'",
    "groups": "SELECT g.id FROM res_groups_privilege g WHERE g.name::text LIKE "
    "'%Variance%'",
    "menus": "SELECT id FROM ir_ui_menu WHERE name::text LIKE '%Variance Control%'",
}


@pytest.fixture(scope="module")
def bare(templates):
    """A used database from which the suite was uninstalled, by the Apps list."""
    name = f"{templates.prefix}uninstalled"
    server = templates.server
    database.copy(server, templates.suite(), name)
    odoo.ask(server, "life", name, "using the suite", {"do": "work"}, name="-work")
    odoo.ask(
        server, "life", name, "uninstalling", {"do": "uninstall"}, name="-uninstall"
    )
    yield server, name
    database.drop(server, name)


def test_the_addons_are_gone(bare):
    states = database.module_states(*bare, ["mfg_variance_core", "mfg_variance_demo"])
    assert set(states.values()) == {"uninstalled"}


@pytest.mark.parametrize("what", LEFT)
def test_nothing_of_ours_is_left(bare, what):
    with database.cursor(*bare) as cr:
        cr.execute(LEFT[what])
        assert cr.fetchall() == []


def test_an_order_is_finished_without_us(bare):
    answer = odoo.ask(
        *(bare[0], "life", bare[1], "producing"), {"do": "produce"}, name="-produce"
    )
    assert answer["state"] == "done"
