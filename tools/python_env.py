"""The Python environment in `.var/venv`: pinned requirements, and Odoo importable."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import console, debian, fingerprints, layout, process, stamps
from .errors import StepFailed

REQUIREMENTS = "requirements.txt"
EMBEDDED = "requirements-embedded.txt"
DEVELOPMENT = "requirements-dev.txt"


def key(*names, root=layout.ROOT):
    """Key of an environment with these requirement files, those they name included."""
    texts = [sys.version.split()[0]]
    todo, seen = list(names), set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        text = (root / name).read_text()
        texts.append(text)
        todo += [
            line[3:].strip() for line in text.splitlines() if line.startswith("-r ")
        ]
    return fingerprints.of_texts(*sorted(texts))


def inside():
    """Whether this very process runs in the environment."""
    return Path(sys.prefix).resolve() == layout.VENV.resolve()


def ensure(source, *names):
    """Install the requirement files `names`; each set has a stamp of its own."""
    make_venv()
    for name in names:
        stamp = Path(name).stem
        wanted = key(name)
        if stamps.is_current(stamp, wanted):
            continue
        with console.step(f"Installing {name}"):
            process.run(
                [
                    layout.PYTHON,
                    "-m",
                    "pip",
                    "install",
                    "--prefer-binary",
                    "-r",
                    layout.ROOT / name,
                ],
                f"installing {name}",
                layout.LOG / "pip.log",
                "Check that pip can reach its package index, then repeat.",
            )
        stamps.write(stamp, wanted)
    link(source)


def make_venv():
    """Create the environment unless it works already."""
    wanted = fingerprints.of_texts(sys.version, layout.VENV)
    if stamps.is_current("venv", wanted) and layout.PYTHON.exists():
        return
    with console.step("Making the Python environment"):
        shutil.rmtree(layout.VENV, ignore_errors=True)
        for stamp in (REQUIREMENTS, EMBEDDED, DEVELOPMENT):
            stamps.remove(Path(stamp).stem)
        base = getattr(sys, "_base_executable", sys.executable)
        with_pip = importlib.util.find_spec("ensurepip") is not None
        options = [] if with_pip else ["--without-pip"]
        process.run(
            [base, "-m", "venv", *options, layout.VENV],
            "making the Python environment",
            layout.LOG / "venv.log",
            "Install Python's venv module (Debian: python3-venv), then repeat.",
        )
        if not with_pip:
            bootstrap_pip()
    stamps.write("venv", wanted)


def bootstrap_pip():
    """Give the environment pip where Debian's Python came without python3-venv."""
    mirrors = debian.own_mirrors()
    if not mirrors:
        raise StepFailed(
            "this Python has no ensurepip",
            todo="Install Python's venv module, then repeat.",
        )
    apt = debian.Apt("own", [debian.source_line(mirror) for mirror in mirrors])
    apt.update()
    with tempfile.TemporaryDirectory(dir=layout.VAR) as folder:
        apt.download(["python3-pip-whl"], Path(folder))
        debian.unpack(Path(folder).glob("*.deb"), Path(folder) / "root")
        wheel = next((Path(folder) / "root").rglob("pip-*.whl"))
        process.run(
            [layout.PYTHON, f"{wheel}/pip", "install", "--no-index", wheel],
            "installing pip",
            layout.LOG / "venv.log",
        )


def site_packages():
    """The environment's own folder of packages."""
    answer = subprocess.run(
        [layout.PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(answer.stdout.strip())


def link(source):
    """Make `odoo` importable, and known to pip, by a path file."""
    found = sorted(layout.VENV.glob("lib/python*/site-packages"))
    folder = found[0] if found else site_packages()
    path, text = folder / "odoo.pth", f"{source.python_path}\n"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def environment(**more):
    """A child's environment variables: ours first on PATH, no PG* of the caller."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith("PG")
    }
    clean.pop("PYTHONHOME", None)
    clean["PATH"] = os.pathsep.join(
        [str(layout.BIN), str(layout.VENV / "bin"), clean.get("PATH", os.defpath)]
    )
    clean.update({name: str(value) for name, value in more.items()})
    return clean
