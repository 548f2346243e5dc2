"""Packages from the machine's own Debian mirror, unpacked without installing them.

A private apt state (lists, cache, sources) inside `.var/apt` lets root and an
ordinary user alike update, resolve and download; apt checks the signatures with
the keyring the machine already trusts.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import layout, process
from .errors import StepFailed

ETC = Path("/etc")
FIELD = re.compile(r"^([\w-]+):[ \t]*(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Mirror:
    """An archive as the machine's apt sources name it."""

    uri: str
    suite: str
    signed_by: str = ""


def parse_deb822(text):
    """Mirrors of a `.sources` file, one per URI and suite of an enabled stanza."""
    mirrors = []
    for stanza in re.split(r"\n\s*\n", text):
        lines = [line for line in stanza.splitlines() if not line.startswith("#")]
        fields = dict(FIELD.findall("\n".join(lines)))
        if (
            "deb" not in fields.get("Types", "").split()
            or fields.get("Enabled") == "no"
        ):
            continue
        signed = fields.get("Signed-By", "")
        mirrors += [
            Mirror(uri, suite, signed if signed.startswith("/") else "")
            for uri in fields.get("URIs", "").split()
            for suite in fields.get("Suites", "").split()
        ]
    return mirrors


def parse_one_line(text):
    """Mirrors of a classic `sources.list`."""
    mirrors = []
    for line in text.splitlines():
        found = re.match(
            r"deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)", line
        )
        if found:
            signed = re.search(r"signed-by=(\S+)", found["options"] or "")
            mirrors.append(
                Mirror(found["uri"], found["suite"], signed[1] if signed else "")
            )
    return mirrors


def machine_mirrors(etc=ETC):
    """All mirrors of the machine's apt sources."""
    apt = etc / "apt"
    mirrors = []
    for path in [apt / "sources.list", *sorted(apt.glob("sources.list.d/*"))]:
        if path.is_file():
            parse = parse_deb822 if path.suffix == ".sources" else parse_one_line
            mirrors += parse(path.read_text(errors="replace"))
    return mirrors


def release(etc=ETC):
    """The machine's (distribution id, code name), empty when unknown."""
    try:
        text = (etc / "os-release").read_text()
    except OSError:
        return "", ""
    fields = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.MULTILINE))
    return fields.get("ID", ""), fields.get("VERSION_CODENAME", "")


def own_mirrors(etc=ETC):
    """The mirrors of the machine's Debian release, main archive first; [] elsewhere."""
    name, codename = release(etc)
    if name != "debian" or not codename or not shutil.which("apt-get"):
        return []
    ours = [
        m
        for m in machine_mirrors(etc)
        if m.suite == codename or m.suite.startswith(f"{codename}-")
    ]
    return sorted(ours, key=lambda mirror: mirror.suite != codename)


def source_line(mirror, suite=None):
    option = f"[signed-by={mirror.signed_by}] " if mirror.signed_by else ""
    return f"deb {option}{mirror.uri} {suite or mirror.suite} main"


class Apt:
    """A private apt state named `name` over the given source lines."""

    def __init__(self, name, lines):
        self.home = layout.APT / name
        self.log = layout.LOG / f"apt-{name}.log"
        for part in ("lists/partial", "cache/archives/partial", "etc"):
            (self.home / part).mkdir(parents=True, exist_ok=True)
        (self.home / "etc" / "sources.list").write_text("\n".join(lines) + "\n")

    def command(self, *arguments, locking=False):
        """The apt-get call; without locks it only reads the machine's own state."""
        options = {
            "Dir::State::lists": self.home / "lists",
            "Dir::Cache": self.home / "cache",
            "Dir::Etc::sourcelist": self.home / "etc" / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Debug::NoLocking": "false" if locking else "true",
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
        }
        given = [
            part for key, value in options.items() for part in ("-o", f"{key}={value}")
        ]
        return ["apt-get", *given, *arguments]

    def call(self, what, *arguments, cwd=layout.ROOT):
        process.run(
            self.command(*arguments),
            what,
            self.log,
            "Check the network and the machine's apt sources, then repeat.",
            env={**os.environ, "LC_ALL": "C"},
            cwd=cwd,
        )

    def update(self):
        self.call("reading the package lists", "update", "--error-on=any")

    def download(self, packages, folder):
        """Download packages (`name` or `name/suite`) as files into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.call("downloading packages", "download", *packages, cwd=folder)

    def download_closure(self, package):
        """Download a package with what it lacks on this machine; returns the files."""
        self.call(
            f"downloading {package} and what it needs",
            *(
                "install",
                "--download-only",
                "--yes",
                "--no-install-recommends",
                package,
            ),
        )
        return sorted((self.home / "cache" / "archives").glob("*.deb"))


def unpack(files, target):
    """Unpack packages into a folder and turn their absolute links into it."""
    target.mkdir(parents=True, exist_ok=True)
    for file in files:
        process.run(
            ["dpkg-deb", "-x", file, target],
            f"unpacking {file.name}",
            layout.LOG / "unpack.log",
        )
    relink(target)


def relink(root):
    """Re-point absolute links that dangle here but exist below `root`."""
    for path in root.rglob("*"):
        if not path.is_symlink() or path.exists():
            continue
        aim = os.readlink(path)
        inside = root / aim.lstrip("/")
        if aim.startswith("/") and inside.exists():
            path.unlink()
            path.symlink_to(os.path.relpath(inside, path.parent))


def require_tools():
    """Fail early and clearly when the machine lacks what unpacking needs."""
    for tool in ("apt-get", "dpkg-deb"):
        if not shutil.which(tool):
            raise StepFailed(
                f"{tool} is missing", todo="Set ODOO_HOME to an Odoo 19.0 source tree."
            )


def is_installed(package):
    """Whether dpkg knows the package as installed."""
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f=${db:Status-Status}", package],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() == "installed"
