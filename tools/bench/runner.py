"""Run the scenarios interleaved and count queries and milliseconds."""

import contextlib
import gc
import sys
import time

from odoo import api, sql_db

from . import plant
from .databases import SUITE

WARM_UP_RUNS = 2


class Meter:
    """Queries and seconds of one run, without what happens while it is paused."""

    def __init__(self):
        self.queries = -sql_db.sql_counter
        self.seconds = -time.perf_counter()

    def stop(self):
        self.queries += sql_db.sql_counter
        self.seconds += time.perf_counter()

    @contextlib.contextmanager
    def paused(self):
        self.stop()
        yield
        self.queries -= sql_db.sql_counter
        self.seconds -= time.perf_counter()


def measure(registries, scenarios, runs):
    """Return ``{scenario key: {variant: [(queries, seconds), ...]}}``."""
    operators = {
        variant: _get_operator(registry) for variant, registry in registries.items()
    }
    figures = {}
    for scenario in scenarios:
        results = figures[scenario.key] = {name: [] for name in scenario.variants}
        for number in range(-WARM_UP_RUNS, runs):
            show(f"{scenario.title}: run {max(number + 1, 0)} of {runs}")
            # every variant comes first, second ... equally often
            shift = number % len(scenario.variants)
            for name in scenario.variants[shift:] + scenario.variants[:shift]:
                meter = _run_once(scenario, name, registries[name], operators[name])
                if number >= 0:
                    results[name].append((meter.queries, meter.seconds))
        show("\n")
    return figures


def _get_operator(registry):
    with registry.cursor() as cr:
        users = api.Environment(cr, api.SUPERUSER_ID, {})["res.users"]
        return users.search([("login", "=", plant.OPERATOR_LOGIN)]).id


def _run_once(scenario, variant, registry, uid):
    gc.collect()
    gc.disable()
    try:
        if scenario.own_transactions:
            return _run_in_own_transactions(scenario, registry, uid)
        return _run_in_one_transaction(scenario, variant, registry, uid)
    finally:
        gc.enable()


def _run_in_one_transaction(scenario, variant, registry, uid):
    """Run all steps and what is due before the commit, then roll back."""
    state = {}
    with contextlib.closing(registry.cursor()) as cr:
        env = api.Environment(cr, uid, {})
        meter = Meter()
        for step in scenario.steps:
            step(env, state, meter)
        cr.flush()
        meter.stop()
        if variant == SUITE and "order" in state:
            _check_cases(env, scenario, state["order"])
        cr.rollback()
    return meter


def _run_in_own_transactions(scenario, registry, uid):
    """Run and commit step by step, as a browser does."""
    state = {}
    meter = Meter()
    for step in scenario.steps:
        with meter.paused():
            if scenario.cold_caches:
                registry.clear_all_caches()
        with registry.cursor() as cr:
            step(api.Environment(cr, uid, {}), state, meter)
    meter.stop()
    return meter


def _check_cases(env, scenario, order_id):
    """Refuse figures of an order that was not judged as the scenario says."""
    domain = [("production_id", "=", order_id)]
    judged = env["mfg.variance.measurement"].sudo().search_count(domain)
    opened = env["mfg.variance.exception"].sudo().search_count(domain)
    if not judged or bool(opened) != scenario.opens_cases:
        raise RuntimeError(
            f"{scenario.title}: {judged} readings and {opened} exceptions on the order."
        )


def show(text):
    """Progress for a person at a terminal; nothing in a log file."""
    if sys.stderr.isatty():
        sys.stderr.write(text if text == "\n" else f"\r\033[K{text}")
        sys.stderr.flush()
