"""`./run status`: what is set up, what runs, which databases there are."""

from . import console, database, layout, odoo_source, postgres, process, stamps


def mark(is_there):
    return "yes" if is_there else "no"


def show():
    """Print the state without starting anything."""
    console.say(f"Folder      {layout.VAR}")
    source = odoo_source.look(layout.ODOO)
    console.say(f"Odoo        {source.python_path if source else 'not fetched'}")
    console.say(
        f"Python      {layout.PYTHON if layout.PYTHON.exists() else 'not made'}"
    )
    for stamp in ("requirements", "requirements-dev", "node"):
        console.say(f"  {stamp:<18} {mark(stamps.read(stamp))}")
    named = postgres.named_server()
    where = named.host if named else layout.socket_dir()
    running = bool(named) or postgres.is_running()
    console.say(f"PostgreSQL  {where}{'' if running else ' (not running)'}")
    for name, row in process.remembered():
        address = f" {row['url']} on {row['database']}" if "url" in row else ""
        console.say(f"Running     {words(name, row)}{address}")
    if running:
        prefix = "mfg_"
        for name in database.names(named or postgres.embedded_server(), prefix):
            console.say(f"Database    {name}")
    return 0


def words(name, row):
    """A remembered process as people know it."""
    kind = "a running command" if name.startswith("client-") else name
    return f"{kind} (pid {row['pid']})"


def stop():
    """End what this clone started: servers, commands, then PostgreSQL."""
    ended = [
        words(name, row)
        for name, row in process.remembered()
        if process.stop_remembered(name)
    ]
    if postgres.stop():
        ended.append("PostgreSQL")
    console.say(
        f"Stopped: {', '.join(ended)}."
        if ended
        else "Nothing of this clone was running."
    )
    return 0
