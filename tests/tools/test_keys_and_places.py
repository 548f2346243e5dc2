"""Keys of inputs, places of things, and the PostgreSQL a command talks to."""

import subprocess
from pathlib import Path

import pytest

from tools import (
    cli,
    fingerprints,
    layout,
    odoo,
    odoo_source,
    postgres,
    python_env,
)


def test_texts_never_run_together():
    assert fingerprints.of_texts("ab", "c") != fingerprints.of_texts("a", "bc")


def test_file_key_follows_names_and_contents(tmp_path):
    first = tmp_path / "a.txt"
    first.write_text("one")
    before = fingerprints.of_files(tmp_path, [first])
    assert fingerprints.of_files(tmp_path, [first]) == before
    first.write_text("two")
    assert fingerprints.of_files(tmp_path, [first]) != before
    moved = first.rename(tmp_path / "b.txt")
    moved.write_text("one")
    assert fingerprints.of_files(tmp_path, [moved]) != before


def test_source_files_leave_out_caches_and_named_folders(tmp_path):
    for name in ("models/a.py", "models/__pycache__/a.pyc", "tests/test_a.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    found = fingerprints.source_files(tmp_path, without=("tests",))
    assert [path.name for path in found] == ["a.py"]


def test_environment_key_follows_included_requirement_files(tmp_path):
    (tmp_path / "dev.txt").write_text("-r base.txt\npytest==1\n")
    (tmp_path / "base.txt").write_text("lxml==1\n")
    before = python_env.key("dev.txt", root=tmp_path)
    (tmp_path / "base.txt").write_text("lxml==2\n")
    assert python_env.key("dev.txt", root=tmp_path) != before


def test_every_requirement_is_pinned(root):
    for path in root.glob("requirements*.txt"):
        for line in path.read_text().splitlines():
            if line and not line.startswith(("#", "-r ")):
                assert "==" in line, f"{path.name}: {line}"


def test_a_short_path_keeps_the_socket_beside_the_data():
    var = Path("/srv/clone/.var")
    assert layout.socket_dir(var, temp="/tmp") == var / "sock"


def test_a_long_path_moves_the_socket_to_a_short_private_folder():
    var = Path("/srv") / ("long" * 30) / ".var"
    folder = layout.socket_dir(var, temp="/tmp")
    assert folder.parent == Path("/tmp")
    assert len(f"{folder}/.s.PGSQL.65535.lock") <= 107
    assert folder != layout.socket_dir(Path("/srv") / ("long" * 31) / ".var", "/tmp")


def test_pg_variables_name_the_server():
    given = {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "me",
        "PGPASSWORD": "x",
    }
    server = postgres.named_server(given)
    assert server.variables() == given
    assert not server.embedded


def test_without_pghost_the_embedded_server_is_used():
    assert postgres.named_server({"PGUSER": "me", "PGPORT": "5433"}) is None


def test_children_see_no_pg_variable_of_the_caller(monkeypatch):
    monkeypatch.setenv("PGDATABASE", "precious")
    assert "PGDATABASE" not in odoo.environment(postgres.embedded_server())


@pytest.mark.parametrize("below", ["", "usr/lib/python3/dist-packages"])
def test_both_layouts_of_an_odoo_tree_are_found(tmp_path, below):
    package = tmp_path / below / "odoo"
    (package / "addons").mkdir(parents=True)
    (package / "release.py").write_text("version = '19.0'")
    source = odoo_source.look(tmp_path)
    assert source.python_path == tmp_path / below
    assert source.addons_paths == (package / "addons",)
    assert odoo_source.look(tmp_path / "elsewhere") is None


def test_local_settings_lie_over_the_documented_defaults(root, tmp_path):
    source = odoo_source.Source(tmp_path, (tmp_path / "addons",), "id")
    options = odoo.settings(source, root / "odoo.conf")
    assert options["list_db"] == "False"
    assert options["workers"] == "0"
    assert options["http_interface"] == "127.0.0.1"
    assert str(layout.ROOT) in options["addons_path"].split(",")


def test_run_is_executable_and_explains_itself(root):
    answer = subprocess.run(
        [root / "run", "--help"], capture_output=True, text=True, check=True
    )
    for command in "demo stop test bench shell verify lint status".split():
        assert command in answer.stdout


def test_a_relative_path_is_the_callers(monkeypatch, tmp_path):
    monkeypatch.setenv(cli.CALLED_FROM, str(tmp_path))
    options = cli.read(["demo", "--log", "log.csv", "--json", "/out.json"])
    assert options.log == tmp_path / "log.csv"
    assert str(options.json) == "/out.json"
