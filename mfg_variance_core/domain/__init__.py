"""The decisions of variance control, in pure Python: no database, no Odoo, no clock.

Every function takes plain values and returns plain values or frozen dataclasses; what
is not known is ``None``, never 0. Moments are naive datetimes in UTC. The records in
``models/`` store what is decided here.
"""

from . import (
    approvals,
    baselines,
    break_glass,
    budgets,
    charts,
    clocks,
    consumption,
    cost_split,
    costs,
    dispositions,
    deadlines,
    duty,
    escalations,
    favourable,
    fingerprint,
    flapping,
    flood,
    forecasts,
    incidents,
    inhibitions,
    inventory,
    ledger,
    lifecycle,
    outcomes,
    patterns,
    playbook,
    proofs,
    pushes,
    readiness,
    ratios,
    scope,
    segregation,
    shifts,
    silences,
    standards,
    tails,
    thresholds,
    tolerances,
    watermarks,
)
