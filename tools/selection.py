"""What `./run test WORDS` means: paths, test ids, or parts of names."""

import ast
from dataclasses import dataclass, field

from . import layout
from .errors import StepFailed

OUTSIDE = "tests"


@dataclass
class Selection:
    """Words for Odoo's tests, and paths or a keyword for pytest."""

    odoo: list = field(default_factory=list)
    pytest: list = field(default_factory=list)


def test_names(path):
    """`Class`, `Class.method` and `function` names of the tests in a file."""
    try:
        tree = ast.parse(path.read_text(errors="replace"))
    except SyntaxError:
        return []
    names = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            names.append(node.name)
            names += [f"{node.name}.{part.name}" for part in node.body if is_test(part)]
        elif is_test(node):
            names.append(node.name)
    return names


def is_test(node):
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test")


def odoo_word(word):
    """A path with optional `::Class::method` as the dotted tail of an Odoo test id."""
    path, _, inner = word.partition("::")
    dotted = path.removesuffix(".py").strip("/").replace("/", ".")
    return ".".join([dotted, *inner.split("::")]) if inner else dotted


def select(words, root=layout.ROOT):
    """The Selection for the words; a word that finds nothing is an error."""
    chosen = Selection()
    for word in words:
        before = len(chosen.odoo) + len(chosen.pytest)
        add_word(word.removeprefix("./"), root, chosen)
        if len(chosen.odoo) + len(chosen.pytest) == before:
            raise StepFailed(
                f"no test matches {word}",
                todo="Give a path, a path::Class::method, or a part of a test's name.",
            )
    return chosen


def add_word(word, root, chosen):
    """Add the tests one word stands for: a path in the repository, or a keyword."""
    path = (root / word.partition("::")[0]).resolve()
    if not (path.exists() and path.is_relative_to(root.resolve())):
        by_keyword(word, root, chosen)
        return
    inside = path.relative_to(root.resolve()).parts
    is_addon = bool(inside) and (root / inside[0] / "__manifest__.py").exists()
    if is_addon and "domain" not in inside:
        chosen.odoo.append(odoo_word(word))
    else:
        chosen.pytest.append(domain_tests(root, inside) if is_addon else word)


def domain_tests(root, inside):
    """The pytest folder that tests an addon's pure modules."""
    for name in ("demo_domain", "domain"):
        folder = root / OUTSIDE / name
        if folder.is_dir() and (("demo" in name) == ("demo" in inside[0])):
            return f"{OUTSIDE}/{name}"
    return OUTSIDE


def by_keyword(word, root, chosen):
    """Add the tests whose file, class or method contains the word."""
    low = word.lower()
    for manifest in sorted(root.glob("*/__manifest__.py")):
        for path in sorted(manifest.parent.glob("tests/**/test_*.py")):
            names = [f"{path.stem}.{name}" for name in test_names(path)]
            if any(low in name.lower() for name in [manifest.parent.name, *names]):
                chosen.odoo.append(word)
                break
    for path in sorted((root / OUTSIDE).rglob("test_*.py")):
        relative = path.relative_to(root).as_posix()
        if low in relative.lower():
            chosen.pytest.append(relative)
        else:
            chosen.pytest += [
                f"{relative}::{name.replace('.', '::')}"
                for name in test_names(path)
                if low in name.lower().rpartition(".")[2] or low == name.lower()
            ]
    chosen.odoo[:] = sorted(set(chosen.odoo))
