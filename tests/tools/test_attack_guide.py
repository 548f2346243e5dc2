"""The table of refusals is what the attack lists say, so that it cannot drift."""

import ast

from tools import attack_guide, role_guide

TESTS = role_guide.ADDON / "tests"


def test_the_table_is_what_the_lists_say():
    written = attack_guide.TARGET.read_text()
    assert written == attack_guide.text(), "run `./run docs`"


def test_every_action_of_the_matrix_is_attacked():
    moves = {move.action for move in attack_guide.load("attack_list").MOVES}
    assert moves == set(role_guide.load_matrix().MATRIX)


def test_what_is_said_to_be_tried_has_its_test():
    for _what, module, name in attack_guide.load("attack_list").SPECIAL:
        tree = ast.parse((TESTS / f"{module}.py").read_text())
        names = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef | ast.FunctionDef)
        }
        assert name in names, f"{module} has no {name}"
        imports = (TESTS / "__init__.py").read_text()
        assert f"import {module}\n" in imports, f"{module} is not run"
