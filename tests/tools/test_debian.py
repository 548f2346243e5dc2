"""Reading the machine's apt sources and unpacking without installing."""

import pytest

from tools import debian
from tools.debian import Mirror

DEB822 = """\
Types: deb
# a comment, even one with a colon: here
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/archive.gpg

Types: deb-src
URIs: http://mirror.example/debian
Suites: bookworm

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
"""


def test_deb822_gives_one_mirror_per_suite_of_binary_stanzas():
    key = "/usr/share/keyrings/archive.gpg"
    assert debian.parse_deb822(DEB822) == [
        Mirror("http://mirror.example/debian", "bookworm", key),
        Mirror("http://mirror.example/debian", "bookworm-updates", key),
    ]


def test_deb822_with_an_inline_key_names_no_key_file():
    text = "Types: deb\nURIs: http://m.example\nSuites: sid\nSigned-By:\n  -----BEGIN"
    assert debian.parse_deb822(text) == [Mirror("http://m.example", "sid")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "deb http://m.example/debian sid main",
            Mirror("http://m.example/debian", "sid"),
        ),
        (
            "deb [arch=amd64 signed-by=/k.gpg] http://m.example sid main",
            Mirror("http://m.example", "sid", "/k.gpg"),
        ),
    ],
)
def test_one_line_sources(line, expected):
    text = f"# deb http://commented.example sid main\n{line}\ndeb-src http://s sid main"
    assert debian.parse_one_line(text) == [expected]


@pytest.fixture
def etc(tmp_path):
    (tmp_path / "apt" / "sources.list.d").mkdir(parents=True)
    (tmp_path / "os-release").write_text('ID=debian\nVERSION_CODENAME="bookworm"\n')
    listed = tmp_path / "apt" / "sources.list.d"
    (listed / "debian.sources").write_text(DEB822)
    (listed / "other.list").write_text("deb http://other.example cloud main\n")
    (listed / "security.list").write_text(
        "deb http://sec.example bookworm-security main\n"
    )
    return tmp_path


def test_own_mirrors_are_of_this_release_main_archive_first(etc, monkeypatch):
    monkeypatch.setattr(debian.shutil, "which", lambda name: name)
    suites = [mirror.suite for mirror in debian.own_mirrors(etc)]
    assert suites == ["bookworm", "bookworm-updates", "bookworm-security"]


def test_another_distribution_has_no_own_mirrors(etc, monkeypatch):
    monkeypatch.setattr(debian.shutil, "which", lambda name: name)
    (etc / "os-release").write_text("ID=ubuntu\nVERSION_CODENAME=noble\n")
    assert debian.own_mirrors(etc) == []


def test_source_line_takes_over_the_key_and_may_name_another_suite():
    mirror = Mirror("http://m.example", "bookworm", "/k.gpg")
    expected = "deb [signed-by=/k.gpg] http://m.example sid main"
    assert debian.source_line(mirror, "sid") == expected


def test_absolute_links_are_pointed_into_the_unpacked_tree(tmp_path):
    (tmp_path / "usr" / "share").mkdir(parents=True)
    (tmp_path / "usr" / "share" / "font.ttf").write_text("font")
    link = tmp_path / "web" / "font.ttf"
    link.parent.mkdir()
    link.symlink_to("/usr/share/font.ttf")
    lost = tmp_path / "web" / "lost.ttf"
    lost.symlink_to("/usr/share/no-such-thing.ttf")
    debian.relink(tmp_path)
    assert link.read_text() == "font"
    assert lost.is_symlink()
