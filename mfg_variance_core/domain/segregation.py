"""Who may do what, and who may not although his role would allow it: one matrix.

A :class:`Duty` names the roles of which one suffices, and the parties to a matter who
are barred from it. Every button, wizard and job asks :func:`verdict`; the role guide is
generated from the same rows. A role is the name of a group (``quality_manager`` is
``group_quality_manager``) or of a duty on the roster (``on_call``).

Administering the app or Odoo is no role here: it gives nobody the right to decide.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

OPERATOR = "operator"
SUPERVISOR = "supervisor"
PRODUCTION_MANAGER = "production_manager"
QUALITY_MANAGER = "quality_manager"
PROCESS_ENGINEER = "process_engineer"
BREAK_GLASS = "break_glass"
ON_CALL = "on_call"

# a duty on the roster counts for members of this group only
ON_DUTY = {ON_CALL: SUPERVISOR}
GROUP_ROLES = (
    OPERATOR,
    SUPERVISOR,
    PRODUCTION_MANAGER,
    QUALITY_MANAGER,
    PROCESS_ENGINEER,
    BREAK_GLASS,
)
ROLES = (*GROUP_ROLES, *ON_DUTY)
# the groups whose members have the role by belonging to another one
IMPLIED = {
    OPERATOR: (SUPERVISOR, PRODUCTION_MANAGER, QUALITY_MANAGER),
    SUPERVISOR: (PRODUCTION_MANAGER, QUALITY_MANAGER),
}

REQUESTER = "requester"
HOLDER = "holder"
DOER = "doer"
PRODUCER = "producer"
AUTHOR = "author"
PARTIES = (REQUESTER, HOLDER, DOER, PRODUCER, AUTHOR)

# why somebody may not, besides the party he is
AUTOMATED = "automated"
ROLE = "role"
STEP = "step"
# what the right of somebody else may make good
LENDABLE = frozenset((ROLE, STEP))

APPROVE = "approve:"
INVOLVED = (REQUESTER, HOLDER, DOER, PRODUCER)


@dataclass(frozen=True, slots=True)
class Duty:
    """One row of the matrix.

    ``needs_session`` asks for the person's own web session, or his badge and PIN on a
    shared device: an API key, a job or a rule will not do (D15).
    """

    action: str
    title: str
    roles: tuple[str, ...]
    barred: tuple[str, ...] = ()
    needs_session: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: his roles with all they imply, and whether a machine acts as him."""

    user_id: int
    roles: frozenset[str] = field(default_factory=frozenset)
    is_automated: bool = False


@dataclass(frozen=True, slots=True)
class Only:
    """Whom a step of an approval asks, of all who may approve: roles or people.

    Nobody has a second voice, nor lends one: ``decided`` are those who decided a step
    of it before, themselves or by somebody in their place.
    """

    roles: frozenset[str] = frozenset()
    user_ids: frozenset[int] = frozenset()
    decided: frozenset[int] = frozenset()

    def fits(self, person: Person) -> bool:
        """Return whether the step asks this person.

        >>> Only(frozenset({"on_call"})).fits(Person(7, frozenset({"on_call"})))
        True
        >>> Only(user_ids=frozenset({8})).fits(Person(7, frozenset({"on_call"})))
        False
        >>> Only(user_ids=frozenset({7}), decided=frozenset({7})).fits(Person(7))
        False
        """
        if person.user_id in self.decided:
            return False
        return person.user_id in self.user_ids or bool(self.roles & person.roles)


def _approve(kind: str, title: str, *roles: str, barred=INVOLVED) -> Duty:
    return Duty(APPROVE + kind, title, roles, barred)


MATRIX = {
    duty.action: duty
    for duty in (
        Duty("handle_case", "Handle a light case", (OPERATOR,), needs_session=False),
        Duty(
            "handle_full_case", "Handle a full case", (SUPERVISOR,), needs_session=False
        ),
        Duty("shelve", "Shelve a condition", (OPERATOR,), needs_session=False),
        Duty("place_hold", "Place a hold", (OPERATOR,), needs_session=False),
        Duty("confirm_hold", "Confirm place and count of a hold", (OPERATOR,)),
        Duty(
            "request_disposition",
            "Propose what becomes of held stock",
            (SUPERVISOR, PROCESS_ENGINEER),
            needs_session=False,
        ),
        Duty(
            "execute_disposition",
            "Run an approved disposition again that failed",
            (SUPERVISOR,),
        ),
        Duty(
            "request_approval",
            "Ask for an approval",
            (SUPERVISOR, PROCESS_ENGINEER),
            needs_session=False,
        ),
        _approve("hold_release", "Release a hold for good", QUALITY_MANAGER),
        _approve(
            "no_ship",
            "Grant use, do not ship",
            QUALITY_MANAGER,
            PRODUCTION_MANAGER,
            ON_CALL,
        ),
        _approve("scrap", "Approve scrap", SUPERVISOR),
        _approve("rework", "Approve rework", SUPERVISOR),
        _approve("repair", "Approve a repair", QUALITY_MANAGER, PROCESS_ENGINEER),
        _approve(
            "use_as_is",
            "Approve use as is (concession)",
            QUALITY_MANAGER,
            PROCESS_ENGINEER,
        ),
        _approve("regrade", "Approve a regrading", QUALITY_MANAGER, PRODUCTION_MANAGER),
        _approve(
            "return_to_vendor",
            "Approve a return to the vendor",
            QUALITY_MANAGER,
            PRODUCTION_MANAGER,
        ),
        _approve(
            "supplier_claim",
            "Approve a claim against a supplier",
            QUALITY_MANAGER,
            PRODUCTION_MANAGER,
        ),
        _approve(
            "emergency_purchase", "Approve an emergency purchase", PRODUCTION_MANAGER
        ),
        _approve(
            "production_release",
            "Release production after a deviation",
            QUALITY_MANAGER,
            PROCESS_ENGINEER,
        ),
        _approve(
            "silence",
            "Approve shelving for longer than the limit",
            PRODUCTION_MANAGER,
            QUALITY_MANAGER,
            barred=(REQUESTER, AUTHOR),
        ),
        _approve(
            "policy_activation",
            "Approve the activation of a policy version",
            PROCESS_ENGINEER,
            barred=(REQUESTER, AUTHOR),
        ),
        Duty(
            "activate_policy",
            "Activate a policy version",
            (PROCESS_ENGINEER,),
            (AUTHOR,),
        ),
        Duty(
            "activate_suppression",
            "Widen what is suppressed by cause",
            (PROCESS_ENGINEER,),
            (AUTHOR,),
        ),
        Duty(
            "delegate",
            "Delegate one's own approvals",
            (SUPERVISOR, PROCESS_ENGINEER),
        ),
        Duty("break_glass", "Break the glass in an emergency", (BREAK_GLASS,)),
        Duty(
            "review_break_glass",
            "Close the review of a broken glass",
            (QUALITY_MANAGER, PRODUCTION_MANAGER),
            (REQUESTER, DOER),
        ),
        Duty(
            "verify_fix",
            "Verify that a fix works",
            (SUPERVISOR, PROCESS_ENGINEER),
            (DOER,),
        ),
        Duty(
            "export_ledger",
            "Export old rows of the ledger",
            (QUALITY_MANAGER, PRODUCTION_MANAGER),
        ),
        Duty(
            "purge_ledger",
            "Purge rows of the ledger that were exported",
            (QUALITY_MANAGER, PRODUCTION_MANAGER),
            (REQUESTER,),
        ),
        Duty(
            "review_controls",
            "Review the changes to controls",
            (QUALITY_MANAGER, PRODUCTION_MANAGER),
            (DOER, AUTHOR),
        ),
    )
}


def verdict(
    action: str,
    person: Person,
    parties: Mapping[str, Collection[int]],
    only: Only | None = None,
) -> tuple[str, ...]:
    """Return why a person may not do an action, as codes; empty means he may.

    The codes are ``automated``, ``role``, ``step`` (``only`` asks somebody else) and
    the barred parties he is. An action that is not in the matrix is nobody's: that is
    an error of the caller and raises.

    >>> anna = Person(7, frozenset({"quality_manager", "supervisor", "operator"}))
    >>> verdict("approve:hold_release", anna, {"requester": {4}})
    ()
    >>> verdict("approve:hold_release", anna, {"requester": {7}, "holder": {7}})
    ('requester', 'holder')
    >>> verdict("approve:hold_release", Person(8, frozenset({"supervisor"})), {})
    ('role',)
    >>> verdict("place_hold", Person(9, anna.roles, is_automated=True), {})
    ('automated',)
    """
    duty = MATRIX[action]
    reasons = []
    if person.is_automated:
        reasons.append(AUTOMATED)
    if not person.roles.intersection(duty.roles):
        reasons.append(ROLE)
    elif only and not only.fits(person):
        reasons.append(STEP)
    reasons.extend(
        party for party in duty.barred if person.user_id in parties.get(party, ())
    )
    return tuple(reasons)


def holders_of(role: str) -> tuple[str, ...]:
    """Return the roles by which somebody has a role: itself, and what implies it.

    >>> holders_of("operator")
    ('operator', 'supervisor', 'production_manager', 'quality_manager')
    """
    return (role, *IMPLIED.get(role, ()))


def borrowed(
    action: str,
    lenders: Iterable[Person],
    parties: Mapping[str, Collection[int]],
    only: Only | None = None,
) -> Person | None:
    """Return the first of those who delegated to somebody that may do it himself.

    Nobody lends what he does not have: one who is barred in this very matter himself
    lends nothing, nor does one who only has the right on loan.

    >>> boss = Person(7, frozenset({"quality_manager"}))
    >>> borrowed("approve:hold_release", [boss], {"requester": {4}}).user_id
    7
    >>> borrowed("approve:hold_release", [boss], {"requester": {7}}) is None
    True
    """
    return next(
        (one for one in lenders if not verdict(action, one, parties, only)), None
    )


def merge(
    *several: Mapping[str, Collection[int]] | None,
) -> dict[str, frozenset[int]]:
    """Return the parties of several sources together: barred in one is barred.

    >>> merge({"doer": {1}}, None, {"doer": {2}, "holder": set()})
    {'doer': frozenset({1, 2})}
    """
    together = {}
    for parties in several:
        for party, people in (parties or {}).items():
            if people:
                together[party] = together.get(party, frozenset()) | frozenset(people)
    return together
