"""What `./run test WORDS` means: paths, test ids, or parts of names."""

import ast
from dataclasses import dataclass, field

from . import layout

OUTSIDE = "tests"


@dataclass
class Selection:
    """Words for Odoo's tests, and paths or a keyword for pytest."""

    odoo: list = field(default_factory=list)
    pytest: list = field(default_factory=list)

    def __bool__(self):
        return bool(self.odoo or self.pytest)


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
    """The Selection for the words; nothing found leaves it empty."""
    chosen = Selection()
    for word in words:
        word = word.removeprefix("./")
        path = root / word.partition("::")[0]
        if path.exists():
            inside = path.resolve().relative_to(root.resolve()).parts
            addon = inside and (root / inside[0] / "__manifest__.py").exists()
            if addon and "domain" not in inside:
                chosen.odoo.append(odoo_word(word))
            else:
                chosen.pytest.append(domain_tests(root, inside) if addon else word)
        else:
            by_keyword(word, root, chosen)
    return chosen


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
