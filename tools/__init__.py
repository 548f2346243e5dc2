"""The machinery behind `./run`: set-up, databases, demo, tests, lint.

Everything up to the Python environment uses the standard library alone; the
command then starts itself again inside that environment (see `cli`).
"""
