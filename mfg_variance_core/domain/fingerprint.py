"""What makes two deviations the same case.

A fingerprint names its algorithm (``v1:``), so that a later algorithm can never meet
the fingerprints of an earlier one by accident.
"""

import json
from collections.abc import Mapping
from hashlib import sha256

# The choices of a policy: a single event is its work order or order, a pattern its
# work center and operation or product.
DIMENSIONS = {
    "workorder": ("workorder",),
    "production": ("production",),
    "workcenter_operation": ("workcenter", "operation"),
    "product_workcenter": ("product", "workcenter"),
    "product_component": ("product", "component"),
    "workcenter": ("workcenter",),
    "product": ("product",),
    "component": ("component",),
    "lot": ("lot",),
    "source": ("source",),
    "plant": ("plant",),
}


def fingerprint(company: int, metric: str, dims: str, values: Mapping) -> str:
    """Return the fingerprint of a deviation of a metric in a company.

    ``dims`` is a key of ``DIMENSIONS``; ``values`` maps at least its dimensions to ids,
    what else it holds is ignored. An empty value (``None`` or ``False``) is a value: a
    work order without operation forms its own case. Raises ``ValueError`` when a
    dimension is not given at all or all are empty, because everything unknown would
    fall into one case.

    >>> fingerprint(1, "work_order_time", "workorder", {"workorder": 42})
    'v1:...'
    >>> fingerprint(1, "work_order_time", "workorder", {"workorder": None})
    Traceback (most recent call last):
    ValueError: A fingerprint by “workorder” needs at least one of: workorder.
    """
    if dims not in DIMENSIONS:
        raise ValueError(f"“{dims}” is not a choice of dimensions for a fingerprint.")
    keys = DIMENSIONS[dims]
    for key in keys:
        if key not in values:
            raise ValueError(f"A fingerprint by “{dims}” needs a value for “{key}”.")
    # An empty record's id reads as False, an empty column as None: the same nothing.
    chosen = {key: values[key] or None for key in keys}
    if not any(chosen.values()):
        raise ValueError(
            f"A fingerprint by “{dims}” needs at least one of: {', '.join(keys)}."
        )
    text = json.dumps(
        {"company": company, "metric": metric, "dims": dims, "values": chosen},
        sort_keys=True,
        separators=(",", ":"),
    )
    return f"v1:{sha256(text.encode()).hexdigest()[:32]}"
