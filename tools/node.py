"""Prettier and its XML plug-in, by npm; Node itself comes with the environment."""

from . import console, fingerprints, layout, process, python_env, stamps

FILES = ("package.json", "package-lock.json")


def ensure():
    """Install what the lock file pins, once per lock file."""
    key = fingerprints.of_files(layout.ROOT, [layout.ROOT / name for name in FILES])
    if stamps.is_current("node", key) and layout.NODE_MODULES.is_dir():
        return
    with console.step("Installing prettier"):
        process.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            "installing prettier",
            layout.LOG / "npm.log",
            "Check that npm can reach its registry, then repeat.",
            env=python_env.environment(),
        )
    stamps.write("node", key)
