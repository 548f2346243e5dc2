"""What several stories say together."""

from tools import cli, seeds


def a_story(seed, after_events, per_week):
    return {
        "seed": seed,
        "orders": 60,
        "outcomes": {"within": 5},
        "faults": [
            {
                "kind": "bad_lot",
                "planted": 2,
                "found": 1 if after_events else 0,
                "after_events": after_events,
                "after_hours": 4.0 * after_events,
            }
        ],
        "noise_per_week": [{"plant": "North", "per_week": per_week, "worst_week": 1}],
    }


def test_a_fault_missed_by_a_seed_is_not_in_its_median():
    stories = [a_story(1, 1, 0.1), a_story(2, 3, 0.3), a_story(3, False, 0.2)]
    summary = seeds.summarize(stories)
    assert summary["faults"] == [
        {
            "kind": "bad_lot",
            "planted_in": 3,
            "found_in": 2,
            "after_events": 2,
            "after_hours": 8.0,
        }
    ]
    assert summary["noise_per_week"] == [
        {"plant": "North", "median": 0.2, "highest": 0.3, "worst_week": 1}
    ]
    assert summary["outcomes"] == {"within": 15}


def test_a_fault_never_found_shows_no_median():
    table = seeds.to_markdown(seeds.summarize([a_story(1, False, 0.0)]))
    assert "| bad lot | 0 of 1 | - | - |" in table
    assert "| North | 0 | 0 | 1 |" in table


def test_seeds_are_asked_for_by_number():
    assert cli.read(["demo", "--seeds", "20"]).seeds == 20
    assert cli.read(["demo"]).seeds == 0
