"""Every guarded move, and every way in which somebody may try it; no Odoo in here.

The tests cross the two (:mod:`.attack_case`), and ``./run docs`` writes them into the
readme, so that what is claimed there is what is tried. Who gets through is not said
here: it follows from the matrix of duties.
"""

from dataclasses import dataclass

# stands for the record of a move in the values of its dialog
RECORD = object()


@dataclass(frozen=True)
class Move:
    """A move somebody makes: a button on a record, or in a dialog about it.

    The case prepares the record under the name of the action. ``written`` are values
    of that record that nobody writes, whoever he is and however he does it.
    """

    action: str
    model: str
    button: str = ""
    dialog: str = ""
    values: tuple = ()
    written: tuple = ()
    # whose record rules know plants, and companies
    has_plant: bool = True
    has_place: bool = True
    # nobody gets through here for another reason, such as the age of what is purged
    shows_refusals_only: bool = False

    def values_for(self, record_id):
        """The values of the dialog about a record."""
        return {
            name: record_id if value is RECORD else value for name, value in self.values
        }

    @property
    def code(self):
        """The move as code that a module, or stored code, can run.

        ``env`` is that of whoever tries it, ``record`` what it is about.
        """
        made = "record"
        if self.dialog:
            values = ", ".join(
                f"{name!r}: {'record.id' if value is RECORD else repr(value)}"
                for name, value in self.values
            )
            made = f"env[{self.dialog!r}].create({{{values}}})"
        return f"{made}.{self.button}()" if self.button else made


@dataclass(frozen=True)
class Way:
    """A way in: ``passes`` says who gets through of those the matrix allows."""

    name: str
    title: str
    passes: str


IN_PERSON, WITHOUT_SESSION = "in person", "without a session"
NOBODY, NOBODY_ELSE = "nobody", "nobody else"
WAYS = (
    Way("web", "Web client", IN_PERSON),
    Way("key", "API key, job", WITHOUT_SESSION),
    Way("forged", "`sudo()`, forged context", NOBODY_ELSE),
    Way("stored", "Server action, rule, also as somebody else", NOBODY),
    Way("written", "Written, imported, created, copied, deleted", NOBODY),
    Way("place", "From another plant or company", NOBODY),
    Way("party", "Barred", NOBODY),
)

APPROVALS = (
    "hold_release",
    "no_ship",
    "scrap",
    "rework",
    "repair",
    "use_as_is",
    "regrade",
    "return_to_vendor",
    "supplier_claim",
    "emergency_purchase",
    "production_release",
    "silence",
    "policy_activation",
)
HOLD, CASE = "mfg.variance.hold", "mfg.variance.exception"
MOVES = (
    Move("handle_case", CASE, "action_done", written=(("state", "closed"),)),
    Move(
        "handle_full_case",
        CASE,
        "action_acknowledge",
        written=(("state", "acknowledged"), ("severity", "info")),
    ),
    Move(
        "shelve",
        CASE,
        # ends within what an operator may decide, at any time of the day
        "action_shift",
        "mfg.variance.shelve",
        (("exception_id", RECORD), ("reason", "Being mended")),
    ),
    Move(
        "place_hold",
        "mfg.variance.plant",
        "action_apply",
        "mfg.variance.hold.wizard",
        (("lot_id", RECORD), ("reason", "Crack")),
        has_plant=False,
    ),
    Move(
        "confirm_hold",
        HOLD,
        "action_apply",
        "mfg.variance.hold.confirm",
        (("hold_id", RECORD), ("quantity", 10)),
        (("confirmed_by_id", 1), ("counted_quantity", 10)),
    ),
    Move(
        "request_disposition",
        HOLD,
        "action_apply",
        "mfg.variance.dispose",
        (
            ("hold_id", RECORD),
            ("kind", "scrap"),
            ("quantity", 1),
            ("reason", "Cracked"),
        ),
        (("state", "lifted"), ("strength", "no_ship"), ("quantity", 0)),
    ),
    Move(
        "execute_disposition",
        "mfg.variance.disposition",
        "action_retry",
        written=(("state", "done"), ("quantity", 99), ("kind", "scrap")),
    ),
    Move(
        "request_approval",
        HOLD,
        "action_apply",
        "mfg.variance.hold.ask",
        (("hold_id", RECORD), ("reason", "The line stands")),
    ),
    *(
        Move(
            f"approve:{kind}",
            "mfg.variance.approval",
            "action_approve",
            "mfg.variance.decide",
            (("approval_id", RECORD), ("reason", "Looked at it")),
            (("state", "granted"), ("amount", 7), ("needs_password", True)),
        )
        for kind in APPROVALS
    ),
    Move(
        "activate_policy",
        "mfg.variance.policy.version",
        "action_activate",
        written=(("state", "active"), ("author_ids", ((5, 0, 0),))),
        has_plant=False,
    ),
    Move(
        "activate_suppression",
        "mfg.variance.inhibition",
        "action_activate",
        written=(("state", "active"), ("author_ids", ((5, 0, 0),))),
        has_plant=False,
    ),
    Move(
        "delegate",
        "mfg.variance.delegation",
        "",
        "mfg.variance.delegation",
        (
            ("delegate_id", RECORD),
            ("date_from", "2098-12-01"),
            ("date_to", "2099-01-01"),
            ("reason", "Away"),
        ),
        has_plant=False,
        has_place=False,
    ),
    Move(
        "break_glass",
        HOLD,
        "action_apply",
        "mfg.variance.break_glass.ask",
        (("hold_id", RECORD), ("reason", "The line stands"), ("hours", 1)),
    ),
    Move(
        "review_break_glass",
        "mfg.variance.break_glass",
        "action_justified",
        "mfg.variance.break_glass.review",
        (("break_glass_id", RECORD), ("note", "Looked at it")),
        (("state", "reviewed"), ("hours", 99)),
    ),
    Move(
        "verify_fix",
        CASE,
        "action_verify",
        "mfg.variance.verify",
        (("exception_id", RECORD), ("note", "It holds")),
        (("verified_by_id", 1), ("verification_note", "It holds")),
    ),
    Move(
        "export_ledger",
        "mfg.variance.ledger",
        "action_export",
        "mfg.variance.ledger.export.ask",
        (("before", "2099-01-01"),),
        (("content", "{}"), ("actor_ref", 1)),
        has_plant=False,
        has_place=False,
    ),
    Move(
        "purge_ledger",
        "mfg.variance.ledger.export",
        "action_purge",
        written=(("purged_by_id", 1), ("count", 0)),
        has_plant=False,
        has_place=False,
        shows_refusals_only=True,
    ),
    Move(
        "review_controls",
        "mfg.variance.control.review",
        "action_sign",
        written=(("state", "signed"), ("signed_by_id", 1)),
        has_plant=False,
    ),
)
# what a client, or stored code, may put into the context
FORGED = {
    "mfg_variance_token": True,
    "mfg_variance_clock": "2020-01-01 00:00:00",
    "default_state": "closed",
    "default_verdict": "approved",
    "uid": 2,
    "su": True,
    "install_mode": True,
    "import_file": True,
    "module": "mfg_variance_core",
    "no_reset_password": True,
    "tracking_disable": True,
    "active_test": False,
    "skip_segregation": True,
}
# what the lists cannot hold, each with the test that tries it
SPECIAL = (
    ("Two approve at once", "test_approval_concurrency", "TestApprovalConcurrency"),
    ("A decision sent again", "test_security_approval", "TestSecurityApprovalRpc"),
    (
        "A granted approval used for another hold, disposition or quantity",
        "test_attack_people",
        "test_given_granted_approval_expected_it_lifts_no_other_hold",
    ),
    (
        "An executed disposition set back in the database to run twice",
        "test_attack_people",
        "test_given_state_set_back_in_the_database_expected_executed_once",
    ),
    (
        "Delegation to the requester, lending what was lent, ended and other times",
        "test_delegation",
        "TestDelegation",
    ),
    (
        "Code that asks in the name of somebody else",
        "test_attack_people",
        "test_given_asked_in_the_name_of_another_expected_who_is_here_is_barred",
    ),
    (
        "The producer who edits or deletes his time log",
        "test_attack_people",
        "test_given_time_log_rewritten_expected_who_made_it_still_barred",
    ),
    ("Badge and PIN tried, replayed, without a session", "test_signing", "TestSigning"),
    (
        "A wrong PIN sent with something that undoes the count",
        "test_attack_people",
        "test_given_wrong_pin_expected_the_try_outlives_whatever_is_sent_with_it",
    ),
    (
        "The hash of a PIN put into the database",
        "test_attack_people",
        "test_given_the_hash_of_another_pin_expected_it_signs_nothing",
    ),
    (
        "The origin of what was made from held stock cut, swapped or set back",
        "test_attack_genealogy",
        "test_given_made_from_held_lot_expected_its_origin_is_not_cut",
    ),
    (
        "What was made from held stock counted away, repacked, its shelf moved",
        "test_attack_genealogy",
        "test_given_made_from_held_lot_expected_not_shipped_by_other_means",
    ),
    (
        "A held receipt emptied by backorder, by moves or lines of another",
        "test_attack_documents",
        "test_given_held_receipt_expected_not_received_with_another",
    ),
    (
        "A held order emptied by another order, or filled when it is done",
        "test_attack_documents",
        "test_given_held_order_expected_its_output_not_booked_elsewhere",
    ),
    (
        "Plant, warehouse or quarantine archived, moved or turned into something else",
        "test_attack_documents",
        "test_given_held_stock_expected_set_up_stays",
    ),
    (
        "Workers shipping while it is held, two releasing at once",
        "test_attack_race",
        "TestAttackRace",
    ),
    (
        "Dialogs, groups, exports and names of another plant or company",
        "test_attack_leaks",
        "TestAttackLeaks",
    ),
    ("A hold placed while its stock moves", "test_hold_race", "TestHoldRace"),
    ("Two workers on one disposition", "test_disposition_race", "TestDispositionRace"),
    (
        "The log of a hold edited, or written in the name of somebody else",
        "test_attack_people",
        "test_given_message_in_the_name_of_another_expected_own_name",
    ),
    (
        "Files of a closed case changed or removed",
        "test_evidence_files",
        "TestEvidenceFiles",
    ),
    (
        "A role cut from its privilege, or another group under its name",
        "test_attack_controls",
        "test_given_name_of_a_role_expected_no_other_group_gets_it",
    ),
    (
        "Password, login or badge of an approver set by the administrator: told",
        "test_attack_controls",
        "test_given_ways_to_sign_in_as_an_approver_expected_told",
    ),
    (
        "Rules, crons, record rules, access rights switched off: told",
        "test_controls",
        "TestControls",
    ),
    (
        "Uninstalled while something is held",
        "test_attack_controls",
        "test_given_something_held_expected_not_uninstalled_by_any_way",
    ),
    (
        "A hold, its state or its lot changed by SQL: refused or named by Verify",
        "test_attack_people",
        "test_given_state_of_hold_written_in_the_database_expected_told",
    ),
)
# what is not refused, and why
OPEN = (
    "Who owns the database can switch off triggers and change anything: *Verify* and "
    "the anchor outside tell of it, nothing prevents it.",
    "Odoo's administrator can set somebody's password and sign in as him. It is told "
    "as a change to a control; two-factor sign-in keeps him out.",
    "Who relabels pieces by hand, or counts stock up that is elsewhere, is seen by "
    "people and counts only.",
    "What is made from held stock into a product without lots cannot be followed by a "
    "hold; hold the quantity itself.",
    "A time log edited before anything is held hides who worked; its change is in "
    "Odoo's own log.",
)
