"""Chromium for the tours: the machine's own, installed by root, or unpacked here."""

import os
import shutil

from . import console, debian, layout, process
from .errors import StepFailed

PACKAGE = "chromium"
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
# The sandbox helper of an unpacked package cannot be set-uid; tests start it without.
WRAPPER = """#!/bin/sh
# Starts the Chromium unpacked beside this clone with the libraries unpacked with it.
root="{root}"
libraries="$root/usr/lib/{triplet}:$root/lib/{triplet}"
export LD_LIBRARY_PATH="$libraries${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
export FONTCONFIG_PATH="${{FONTCONFIG_PATH:-{fonts}}}"
exec "$root/usr/lib/chromium/chromium" --no-sandbox "$@"
"""


def ensure():
    """Path of a Chromium, fetched when the machine has none."""
    return own() or system() or fetch()


def own():
    path = layout.BIN / PACKAGE
    return path if path.exists() else None


def system():
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in found if path), None)


def fetch():
    """Install as root, unpack as anybody else; Debian only."""
    mirrors = debian.own_mirrors()
    if not mirrors:
        raise StepFailed(
            "no Chromium was found",
            todo="Install chromium or google-chrome, then repeat.",
        )
    apt = debian.Apt("own", [debian.source_line(mirror) for mirror in mirrors])
    with console.step("Fetching Chromium"):
        apt.update()
        files = apt.download_closure(PACKAGE)
        if os.getuid() == 0:
            install(apt)
            return system()
        debian.unpack(files, layout.CHROMIUM)
        write_wrapper()
        return own()


def install(apt):
    """Install the downloaded packages; apt's own locks are respected here."""
    process.run(
        apt.command(
            "install", "--yes", "--no-install-recommends", PACKAGE, locking=True
        ),
        "installing Chromium",
        layout.LOG / "chromium.log",
        "Install chromium by hand, then repeat.",
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"},
    )


def write_wrapper():
    """A `chromium` on the PATH of our children."""
    libraries = sorted((layout.CHROMIUM / "usr" / "lib").glob("*-linux-gnu*"))
    triplet = libraries[0].name if libraries else "x86_64-linux-gnu"
    system_fonts = "/etc/fonts"
    fonts = (
        system_fonts
        if os.path.exists(f"{system_fonts}/fonts.conf")
        else layout.CHROMIUM / "etc/fonts"
    )
    path = layout.BIN / PACKAGE
    path.write_text(WRAPPER.format(root=layout.CHROMIUM, triplet=triplet, fonts=fonts))
    path.chmod(0o755)
