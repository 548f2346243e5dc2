"""The role guide is what the matrix says, so that it cannot drift."""

from tools import role_guide


def test_the_guide_is_what_the_matrix_says():
    assert role_guide.TARGET.read_text() == role_guide.text(), "run `./run docs`"


def test_every_action_has_a_row_with_somebody_who_may():
    rows = [line for line in role_guide.text().splitlines() if line.startswith("| ")]
    assert len(rows) - 2 == len(role_guide.load_matrix().MATRIX)
    assert all("| x |" in row for row in rows[2:])
