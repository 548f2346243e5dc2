"""Keys of inputs, so that a step runs again exactly when its inputs changed."""

import hashlib


def of_texts(*parts):
    """Twelve hex digits over the parts, in order; parts never run together."""
    digest = hashlib.sha256()
    for part in parts:
        data = str(part).encode()
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()[:12]


def of_files(root, paths):
    """Key over the relative names and the contents of `paths`."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        name = path.relative_to(root).as_posix().encode()
        data = path.read_bytes()
        digest.update(b"%d:%d:" % (len(name), len(data)))
        digest.update(name)
        digest.update(data)
    return digest.hexdigest()[:12]


def source_files(folder, without=()):
    """Files below `folder`, leaving out caches and the top sub-folders in `without`."""
    skip = {"__pycache__", *without}
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and not (parts[0] in skip or "__pycache__" in parts):
            yield path
