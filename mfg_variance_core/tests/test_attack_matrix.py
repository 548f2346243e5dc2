from functools import partial
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from ..domain import segregation
from . import attack_list
from .attack_case import AttackCase


@tagged("post_install", "-at_install")
class TestAttackMatrix(AttackCase, TransactionCase):
    """Every guarded move by every role and every way in: the matrix says who may.

    What is expected comes from :mod:`..domain.segregation` alone.
    """

    def setUp(self):
        super().setUp()
        self.wrong = []
        self.before = self.picture()

    def tearDown(self):
        self.assertFalse(self.wrong, "\n".join(self.wrong))
        super().tearDown()

    def check(self, move, name, was_through, may=False):
        if was_through and not may:
            self.wrong.append(f"{move.action}: {name} gets through")
        if may and not was_through and not move.shows_refusals_only:
            self.wrong.append(f"{move.action}: {name} is refused: {self.refusal}")

    def test_every_action_of_the_matrix_is_attacked(self):
        self.assertEqual(
            {move.action for move in attack_list.MOVES}, set(segregation.MATRIX)
        )

    def test_each_role_in_his_own_session(self):
        for move in attack_list.MOVES:
            for role, user in self.users.items():
                self.check(
                    move, role, self.try_move(move, user), self.is_allowed(move, role)
                )

    def test_each_role_by_a_key_or_a_job(self):
        for move in attack_list.MOVES:
            is_person_needed = segregation.MATRIX[move.action].needs_session
            for role, user in self.users.items():
                may = self.is_allowed(move, role) and not is_person_needed
                was_through = self.try_move(move, user, session=False)
                self.check(move, f"{role} without a session", was_through, may)

    def test_sudo_and_a_forged_context_help_nobody(self):
        for move in attack_list.MOVES:
            for role, user in self.users.items():
                if self.is_allowed(move, role):
                    continue
                for su in (False, True):
                    was_through = self.try_move(
                        move, user, su=su, context=attack_list.FORGED
                    )
                    self.check(move, f"{role} forging, sudo {su}", was_through)

    def test_stored_code_helps_nobody(self):
        """Written by the administrator, run by who may, by himself, as who may."""
        admin = self.users["everything_of_odoo"]
        for move in attack_list.MOVES:
            able = self.users[self.allowed_role(move)]
            for user, acting in ((able, None), (admin, able), (able, admin)):
                was_through = self.try_stored(move, user, acting)
                name = f"code run by {user.login} as {(acting or user).login}"
                self.check(move, name, was_through)

    def test_nobody_writes_past_the_buttons(self):
        tried = set()
        for move in attack_list.MOVES:
            if (move.model, move.written) in tried:
                continue
            tried.add((move.model, move.written))
            for name, attempt in self.get_writes(move).items():
                for role, user in self.users.items():
                    for su in (False, True):
                        one = self.records[move.action].with_env(
                            self.env(user=user, su=su, context=attack_list.FORGED)
                        )
                        was_through = self.gets_through(
                            lambda one=one, attempt=attempt: attempt(one)
                        )
                        self.check(move, f"{name} as {role}, sudo {su}", was_through)

    def test_another_plant_and_another_company_are_out_of_reach(self):
        both = (self.company | self.stranger).ids
        for move in attack_list.MOVES:
            user = self.users[self.allowed_role(move)]
            places = [("company", {"company": self.stranger})]
            if move.has_plant:
                places.append(("plant", {"plants": self.far_plant}))
            if not move.has_place:
                continue  # about one's own places, or about all of them
            for name, place in places:
                for context in ({}, {"allowed_company_ids": both}):
                    attempt = partial(self._move_from, move, user, place, context)
                    self.check(move, f"from another {name}", self.gets_through(attempt))

    def _move_from(self, move, user, place, context):
        self.restrict(user, **place)
        with self.signed_in(user):
            self.run_move(move, self.env(user=user, context=context))

    def test_who_has_a_part_in_it_is_barred(self):
        for move in attack_list.MOVES:
            user = self.users[self.allowed_role(move)]
            model = type(self.records[move.action])
            for party in segregation.MATRIX[move.action].barred:
                parties = {party: {user.id}}
                with patch.object(model, "_get_parties", lambda one, p=parties: p):
                    was_through = self.try_move(move, user)
                self.check(move, f"the {party}", was_through)
