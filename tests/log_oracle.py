"""An independent reading of the machine shop log, to check the replay against.

Nothing of the addons is imported here: plain csv, minute by minute sets instead of
interval arithmetic, statistics.median. Slow and obvious on purpose.

Run it by hand: ``python tests/log_oracle.py PATH_TO_CSV``.
"""

import csv
import sys
from collections import Counter
from datetime import datetime, timedelta
from statistics import median

DAY = "%Y-%m-%d %H:%M:%S"


def table(path):
    with open(path, newline="", encoding="utf-8") as handle:
        raw = list(csv.reader(handle))
    head = [" ".join(title.split()) for title in raw[0]]
    return [(cells, dict(zip(head, cells, strict=True))) for cells in raw[1:]]


def clean(path):
    """(kept rows, Counter of what was left out)."""
    kept, left_out = [], Counter()
    fingerprints = set()
    for cells, row in table(path):
        if not row["Start Timestamp"] or not row["Complete Timestamp"]:
            left_out["no_time"] += 1
            continue
        begin = datetime.strptime(row["Start Timestamp"], DAY)
        finish = datetime.strptime(row["Complete Timestamp"], DAY)
        if row["Report Type"] not in "SDB":
            left_out["unknown_type"] += 1
        elif finish < begin:
            left_out["end_before_start"] += 1
        elif "\x1f".join(cells) in fingerprints:
            left_out["duplicate_row"] += 1
        else:
            fingerprints.add("\x1f".join(cells))
            kept.append({**row, "begin": begin, "finish": finish})
    return kept, left_out


def busy_minutes(pieces):
    """Minutes in which at least one piece ran (the log has whole minutes)."""
    minutes = set()
    for begin, finish in pieces:
        while begin < finish:
            minutes.add(begin)
            begin += timedelta(minutes=1)
    return len(minutes)


def jobs(kept):
    """One record per case and machine, oldest completion first."""
    heap = {}
    for row in kept:
        job = heap.setdefault(
            (row["Case ID"], row["Resource"]),
            {"part": row["Part Desc."], "pieces": [], "last": row["finish"], "n": 0},
        )
        job["last"] = max(job["last"], row["finish"])
        job["n"] += int(row["Qty Completed"])
        if row["Report Type"] in ("S", "D"):
            job["pieces"].append((row["begin"], row["finish"]))
    for (case, machine), job in heap.items():
        job["case"], job["machine"] = case, machine
        job["minutes"] = busy_minutes(job["pieces"])
    return sorted(heap.values(), key=lambda j: (j["last"], j["case"], j["machine"]))


def figures(path):
    kept, left_out = clean(path)
    everything = jobs(kept)
    cut = len(everything) // 2
    own, machine_wide = {}, {}
    for job in everything[:cut]:
        if job["n"] > 0 and job["minutes"] > 0:
            pace = job["minutes"] / job["n"]
            own.setdefault((job["part"], job["machine"]), []).append(pace)
            machine_wide.setdefault(job["machine"], []).append(pace)
    verdicts, excess = Counter(), {}
    for job in everything[cut:]:
        paces = own.get((job["part"], job["machine"]))
        paces = paces or machine_wide.get(job["machine"])
        if job["n"] == 0 or job["minutes"] == 0:
            verdicts["not_enough_data"] += 1
        elif not paces:
            verdicts["no_standard"] += 1
        else:
            verdicts["compared"] += 1
            plan = median(paces) * job["n"]
            excess[job["case"], job["machine"]] = 100 * (job["minutes"] - plan) / plan
    return {
        "rows_read": len(table(path)),
        "rejected": dict(left_out),
        "orders": len({row["Case ID"] for row in kept}),
        "work_orders": len(everything),
        "history": cut,
        "judged": len(everything) - cut,
        "verdicts": dict(verdicts),
        "over_25": sum(value > 25 for value in excess.values()),
        "over_50": sum(value > 50 for value in excess.values()),
        "over_100": sum(value > 100 for value in excess.values()),
        "excess": excess,
    }


if __name__ == "__main__":
    for name, value in figures(sys.argv[1]).items():
        if name != "excess":
            print(f"{name:12} {value}")
