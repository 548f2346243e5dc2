"""Odoo 19.0 itself: a tree the user names, Debian's package, or a shallow clone."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import console, debian, fingerprints, layout, process, stamps
from .errors import StepFailed

SERIES = "19.0"
PACKAGE = "odoo-19"
PACKAGE_SUITE = "sid"
# Debian's package replaces bundled web files by links into these packages.
COMPANIONS = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-jquery-ui",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-glyphicons-halflings",
    "fonts-ocr-b",
)
# Newer releases carry Font Awesome 7; Odoo needs 4.7, which the machine's release has.
OWN_RELEASE_COMPANIONS = ("fonts-font-awesome", "fonts-inconsolata")
# Named by an asset bundle, absent from the package: an empty file mends the bundle.
ABSENT_FILES = ("mail/static/lib/selfie_segmentation/selfie_segmentation.js",)
PUBLIC_REPOSITORY = "https://github.com/odoo/odoo.git"


@dataclass(frozen=True)
class Source:
    """An importable Odoo: `python_path` holds the `odoo` package."""

    python_path: Path
    addons_paths: tuple
    identity: str

    @property
    def bundled_addons(self):
        """Addons of the suite's surroundings that came as Python packages."""
        found = sorted(layout.VENV.glob("lib/python*/site-packages/odoo/addons"))
        return tuple(found)


def look(home):
    """The Source in a tree: a git checkout or an unpacked Debian package, else None."""
    for python_path in (home, home / "usr" / "lib" / "python3" / "dist-packages"):
        release = python_path / "odoo" / "release.py"
        if release.is_file():
            addons = [python_path / "addons", python_path / "odoo" / "addons"]
            identity = fingerprints.of_texts(
                python_path, release.read_text(errors="replace")
            )
            return Source(
                python_path, tuple(path for path in addons if path.is_dir()), identity
            )
    return None


def ensure():
    """The Odoo source of this clone, fetched when it is not there yet."""
    named = os.environ.get("ODOO_HOME")
    if named:
        source = look(Path(named).expanduser().resolve())
        if not source:
            raise StepFailed(
                "ODOO_HOME holds no Odoo",
                f"{named} has no odoo/release.py.",
                "Point ODOO_HOME to an Odoo 19.0 source tree, or unset it.",
            )
        return source
    mirrors = debian.own_mirrors()
    names = [*COMPANIONS, *OWN_RELEASE_COMPANIONS, PACKAGE]
    key = (
        fingerprints.of_texts(SERIES, *names)
        if mirrors
        else fingerprints.of_texts(SERIES)
    )
    source = look(layout.ODOO)
    if source and stamps.is_current("odoo", key):
        return source
    if mirrors:
        fetch_packages(mirrors)
    else:
        clone()
    source = look(layout.ODOO)
    if not source:
        raise StepFailed(
            "Odoo was fetched but is not importable", todo="Set ODOO_HOME instead."
        )
    stamps.write("odoo", key)
    return source


def fetch_packages(mirrors):
    """Download and unpack Debian's Odoo package and its companions."""
    debian.require_tools()
    main = mirrors[0]
    apt = debian.Apt(
        "odoo", [debian.source_line(main, PACKAGE_SUITE), debian.source_line(main)]
    )
    with console.step("Reading the Debian package lists"):
        apt.update()
    with console.step(f"Downloading Odoo {SERIES}"):
        newest = [f"{name}/{PACKAGE_SUITE}" for name in (PACKAGE, *COMPANIONS)]
        own = [f"{name}/{main.suite}" for name in OWN_RELEASE_COMPANIONS]
        apt.download(newest + own, layout.DEBS)
    with console.step("Unpacking Odoo"):
        shutil.rmtree(layout.ODOO, ignore_errors=True)
        debian.unpack(newest_files(layout.DEBS), layout.ODOO)
        addons = look(layout.ODOO).addons_paths[-1]
        for name in ABSENT_FILES:
            if not (addons / name).exists():
                (addons / name).parent.mkdir(parents=True, exist_ok=True)
                (addons / name).write_text("")


def newest_files(folder):
    """One file per package: the latest downloaded."""
    latest = {}
    for path in sorted(folder.glob("*.deb"), key=lambda item: item.stat().st_mtime):
        latest[path.name.split("_")[0]] = path
    return sorted(latest.values())


def clone():
    """A shallow clone of the public branch, where there is no Debian mirror."""
    with console.step(f"Cloning Odoo {SERIES}"):
        shutil.rmtree(layout.ODOO, ignore_errors=True)
        process.run(
            [
                "git",
                "clone",
                "--depth=1",
                "--branch",
                SERIES,
                PUBLIC_REPOSITORY,
                layout.ODOO,
            ],
            f"cloning Odoo {SERIES}",
            layout.LOG / "odoo-clone.log",
            "Check the network, or set ODOO_HOME to an Odoo 19.0 source tree.",
        )
