"""What the people on the floor are offered: the next step, and how many choices."""

from collections.abc import Collection, Mapping

from .lifecycle import LIGHT, NEW

# more buttons than that are not read on the shop floor
MOST_REASONS = 9


def next_step(track: str, state: str, may_handle_full: bool, has_causes: bool) -> str:
    """Return the one step a card offers: "done", "take" or "open".

    A light case is done with its cause, whether it was taken before or not. A full one
    is taken first; all further steps are on its form.

    >>> next_step("light", "new", may_handle_full=False, has_causes=True)
    'done'
    >>> next_step("full", "new", may_handle_full=True, has_causes=True)
    'take'
    >>> next_step("full", "new", may_handle_full=False, has_causes=True)
    'open'
    """
    if track == LIGHT:
        return "done" if has_causes else "open"
    return "take" if may_handle_full and state == NEW else "open"


def headline(title: str, places: Collection[str]) -> str:
    """Return a title without the places that a card shows on a line of their own.

    >>> headline("Work Order Time · MO/1 · Turn · Lathe 1", ("Lathe 1", "MO/1", "Turn"))
    'Work Order Time'
    >>> headline("Lathe 1", ("Lathe 1",))
    'Lathe 1'
    """
    kept = [part for part in title.split(" · ") if part not in places]
    return " · ".join(kept) or title


def deviation_text(deviation: float, unit: str, percent: float) -> str:
    """Return how far off something is, short enough to be read in passing.

    >>> deviation_text(70.0, "min", 140.0), deviation_text(-3.0, "kg", 0.0)
    ('+70 min (+140 %)', '-3 kg')
    >>> deviation_text(0.0, "event", 0.0)
    ''
    """
    if not deviation:
        return ""
    amount = f"{round(deviation, 1):+g} {unit}".strip()
    return f"{amount} ({round(percent):+d} %)" if round(percent) else amount


def crowded_places(
    counts: Mapping[tuple[int | None, int | None], int],
    company_of_plant: Mapping[int, int],
    most: int = MOST_REASONS,
) -> list[tuple[int | None, int | None, int]]:
    """Return the places that would show more reasons than people read.

    ``counts`` holds the number of active reasons by ``(company, plant)``; ``None``
    stands for all companies, or all plants. A plant shows those of all companies, of
    its company and its own. The answer holds ``(company, plant, number shown)``.

    >>> crowded_places({(None, None): 8, (1, None): 1, (1, 5): 1}, {5: 1, 6: 1})
    [(1, 5, 10)]
    >>> crowded_places({(None, None): 9}, {5: 1})
    []
    """
    shared = counts.get((None, None), 0)
    places = [(None, None, shared)]
    companies = {company for company, _plant in counts if company}
    for company in sorted(companies | set(company_of_plant.values())):
        places.append((company, None, shared + counts.get((company, None), 0)))
    for plant, company in sorted(company_of_plant.items()):
        places.append(
            (
                company,
                plant,
                shared
                + counts.get((company, None), 0)
                + counts.get((company, plant), 0),
            )
        )
    return [place for place in places if place[2] > most]
