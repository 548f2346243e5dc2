"""What may need an approval; addons add theirs to the selections."""

from ...domain import segregation

APPROVAL_KINDS = [
    ("hold_release", "Hold release"),
    ("no_ship", "Use, do not ship"),
    ("scrap", "Scrap"),
    ("rework", "Rework"),
    ("repair", "Repair"),
    ("use_as_is", "Use as is"),
    ("regrade", "Regrade"),
    ("return_to_vendor", "Return to vendor"),
    ("supplier_claim", "Supplier claim"),
    ("emergency_purchase", "Emergency purchase"),
    ("production_release", "Production release after deviation"),
    ("policy_activation", "Policy activation"),
    ("silence", "Long shelving"),
]
SEVERITIES = [
    ("warning", "Warning"),
    ("major", "Major"),
    ("critical", "Critical"),
]
GROUP_LABELS = {
    segregation.OPERATOR: "Operator",
    segregation.SUPERVISOR: "Supervisor",
    segregation.PRODUCTION_MANAGER: "Production manager",
    segregation.QUALITY_MANAGER: "Quality manager",
    segregation.PROCESS_ENGINEER: "Process engineer",
    segregation.ON_CALL: "On call",
}
# the roles an approval step may name, in the order of the list
ANYONE = "anyone"
STEP_ROLES = [
    (ANYONE, "Anybody who may approve it"),
    *list(GROUP_LABELS.items())[1:],
]


def roles_of(kind, *roles):
    """The roles a step of a kind names, with *anybody* spelt out."""
    found = {role for role in roles if role}
    if ANYONE in found:
        found.remove(ANYONE)
        found.update(segregation.MATRIX[segregation.APPROVE + kind].roles)
    return frozenset(found)


# what cannot wait for the day shift
EACH_SHIFT = ("no_ship",)
