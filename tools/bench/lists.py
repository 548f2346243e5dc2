"""Lists and the form over a hundred thousand cases, as the web client asks for them.

Each view is asked as a supervisor limited to one of two plants, in a transaction of its
own with an empty record cache. Two things are judged: the slowest statement (the best
of some runs: another program on the machine is no result), and that as many statements
are needed for all cases as for a tenth of them.
"""

import contextlib
import json
from dataclasses import dataclass, field

from lxml import etree

from odoo import api
from odoo.tools.safe_eval import safe_eval

from . import population, watch

MODEL = "mfg.variance.exception"
SLOWEST_MS = 50
# enough for full pages: a page that is not full needs no count
FEW = 10_000
PAGE = 80
# the count of a page that is full, and a relation no row of the shorter list has
MORE_STATEMENTS = 2
COUNT_LIMIT = 10_001
RUNS = 5
NOTHING = watch.Statement("", 0.0)


@dataclass
class Look:
    """One look at a screen: its title, and what is asked for."""

    title: str
    work: object
    counts: dict = field(default_factory=dict)
    slowest: watch.Statement | None = None


def measure(registry, cases, show):
    """Return the looks, measured with few and with all cases."""
    with registry.cursor() as cr:
        people = population.build(api.Environment(cr, api.SUPERUSER_ID, {}))
        people.add_cases(FEW)
        people.settle()
        looks = get_looks(people.env)
        for look in looks:
            show(f"{look.title}: {FEW} cases")
            measure_one(registry, look, FEW)
        show(f"making {cases} cases")
        people.add_cases(cases - FEW)
        people.settle()
        for look in looks:
            show(f"{look.title}: {cases} cases")
            measure_one(registry, look, cases)
    return looks


def measure_one(registry, look, cases):
    """Count statements once caches are warm; keep the slowest of the best run."""
    best = None
    for _number in range(RUNS):
        with contextlib.closing(registry.cursor()) as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            user = population.get_supervisor(env)
            env = api.Environment(cr, user.id, user.context_get())
            env.user.has_group("base.group_user")
            with watch.watched(cr) as statements:
                look.work(env)
            # a filter that nothing can match is answered without asking
            worst = max(statements, key=lambda one: one.ms, default=NOTHING)
            best = min(best or worst, worst, key=lambda one: one.ms)
            cr.rollback()
    look.counts[cases] = len(statements)
    look.slowest = best


def get_looks(env):
    """The screens people open, from the shipped actions, filters and sortings."""
    filters = get_filters(env)
    action = env.ref("mfg_variance_core.mfg_variance_exception_action")
    mine = env.ref("mfg_variance_core.mfg_variance_exception_action_my")
    looks = [
        Look("All Exceptions, as opened", page(filters, defaults(action), None)),
        Look("My Exceptions, as opened", page(filters, defaults(mine), None, "kanban")),
        Look("My Exceptions by status", groups(filters, defaults(mine), "state")),
        Look("all, without a filter", page(filters, (), None)),
        Look("all, by severity", page(filters, (), "severity DESC, id DESC")),
        Look("open, by cost", page(filters, ("open",), "amount DESC, id DESC")),
        Look("all, by cost", page(filters, (), "amount DESC, id DESC")),
        Look("all, by cost upwards", page(filters, (), "amount ASC, id ASC")),
        Look("all, by events", page(filters, (), "occurrence_count DESC, id DESC")),
        Look("open, by deadline", page(filters, ("open",), "respond_by ASC, id ASC")),
        Look("all, by deadline", page(filters, (), "respond_by ASC, id ASC")),
        Look("all, by age", page(filters, (), "first_event_at DESC, id DESC")),
        Look("closed, without a date", page(filters, ("closed",), None)),
        Look("the form with its chatter", form),
    ]
    looks += [
        Look(f"open, filter {name}", page(filters, ("open", name), None))
        for name in filters
        if name not in ("open", "closed")
    ]
    looks += [
        Look(f"open, grouped by {name}", groups(filters, ("open",), name))
        for name in get_groupings(env)
    ]
    return looks


def defaults(action):
    """The filters an action opens with."""
    context = safe_eval(action.context or "{}")
    return tuple(
        key.removeprefix("search_default_")
        for key, value in context.items()
        if key.startswith("search_default_") and value
    )


def get_search(env):
    view = env[MODEL].get_view(view_type="search")
    return etree.fromstring(view["arch"])


def get_filters(env):
    """``{name: domain as text}`` of the shipped filters."""
    return {
        node.get("name"): node.get("domain")
        for node in get_search(env).iter("filter")
        if node.get("domain")
    }


def get_groupings(env):
    contexts = [node.get("context") for node in get_search(env).iter("filter")]
    return [
        safe_eval(context)["group_by"]
        for context in contexts
        if context and "group_by" in context
    ]


def get_domain(env, filters, names):
    """The filters of the search bar, all of which have to hold."""
    return [
        leaf
        for name in names
        for leaf in safe_eval(filters[name], {"uid": env.uid})
        if filters.get(name)
    ]


def get_specification(env, view_type):
    """The fields of a view as the client asks for them, and its sorting."""
    arch = etree.fromstring(env[MODEL].get_view(view_type=view_type)["arch"])
    model = env[MODEL]
    specification = {}
    for node in arch.iter("field"):
        if any(parent.tag == "field" for parent in node.iterancestors()):
            continue
        name = node.get("name")
        kind = model._fields[name].type
        one = {"fields": {"display_name": {}}} if kind == "many2one" else {}
        if kind in ("one2many", "many2many"):
            one = {"fields": {}, "limit": 40}
        specification[name] = one
    return specification, arch.get("default_order")


def page(filters, names, order, view_type="list"):
    """The first page of a list or kanban with its count."""

    def work(env):
        specification, default_order = get_specification(env, view_type)
        env[MODEL].web_search_read(
            get_domain(env, filters, names),
            specification,
            limit=PAGE,
            order=order or default_order,
            count_limit=COUNT_LIMIT,
        )

    return work


def groups(filters, names, group_by):
    """The columns or groups with their counts and sums."""

    def work(env):
        env[MODEL].web_read_group(
            get_domain(env, filters, names),
            [group_by],
            ["amount:sum", "__count"],
            limit=PAGE,
        )

    return work


def form(env):
    """The newest open case with its tabs, and the first page of its chatter."""
    case = env[MODEL].search([("is_open", "=", True)], order="id desc", limit=1)
    specification, _order = get_specification(env, "form")
    json.dumps(case.web_read(specification), default=str)
    env["mail.message"]._message_fetch(domain=None, thread=case, limit=30)


def summarize(looks, cases):
    """Rows for the report: what was asked, how many statements, the slowest."""
    return [
        {
            "title": look.title,
            "statements": look.counts[cases],
            "statements_few": look.counts[FEW],
            "slowest_ms": round(look.slowest.ms, 1),
            "over": look.slowest.ms > SLOWEST_MS
            or look.counts[cases] > look.counts[FEW] + MORE_STATEMENTS,
        }
        for look in looks
    ]


def to_markdown(rows, cases):
    """The table of the report; the statements over the budget are named."""
    lines = [
        f"| look at {cases:,} cases | statements | at {FEW:,} cases | slowest, ms |",
        "|---|---|---|---|",
    ]
    for row in rows:
        mark = " (over)" if row["over"] else ""
        lines.append(
            f"| {row['title']} | {row['statements']} | {row['statements_few']} | "
            f"{row['slowest_ms']}{mark} |"
        )
    lines += [
        "",
        f"Budget: no statement above {SLOWEST_MS} ms, and no more statements for more "
        f"cases (up to {MORE_STATEMENTS} for a page that is full now).",
    ]
    return "\n".join(lines)
