"""One replication as a chart: for each object when it was there, seen, held as firm track, shot at, and how it ended."""

from collections.abc import Callable
from typing import Final

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.engine.windows import union
from openiads.records.tables import END_STATES
from openiads.report.arms import Arm
from openiads.report.svg import Drawing, Scale, axis_below, text_width
from openiads.results.measures.data import NEVER

ROW: Final = 17.0
MINUTE: Final = 60
ENDS: Final = {
    "killed": "killed",
    "leaked": "leaked",
    "landed": "landed",
    "left": "left",
    "aborted": "aborted",
    "alive_at_end": "still there",
}


def draw_timeline(arm: Arm, replication: int) -> Drawing:
    """The chart of one replication; objects sorted by side, then id."""
    data = arm.data
    line = replication - data.replications.start
    objects, outcomes = data.objects, data.outcomes
    order = sorted(
        range(len(objects.ids)), key=lambda k: (("hostile", "friendly", "neutral").index(objects.sides[k]), objects.ids[k])
    )
    left = 14.0 + max(text_width(name, 11.0) for name in objects.ids)
    height = 12.0 + ROW * len(order) + 44.0
    first = min(int(objects.start_ns.min()), 0) / (MINUTE * NANOSECONDS_PER_SECOND)
    x = Scale(first, max(float(outcomes.end_ns[line].max()) / (MINUTE * NANOSECONDS_PER_SECOND), first + 1.0), left, 850.0)
    d = Drawing(
        920.0,
        height,
        f"Timeline of replication {replication}",
        "Thin line: in the scenario. Thick line: firm track at any node. Circle: first detection. Triangle: launch.",
    )

    def at(ns: int) -> float:
        return x.inside(ns / (MINUTE * NANOSECONDS_PER_SECOND))

    rows = {thing: 14.0 + ROW * number for number, thing in enumerate(order)}
    for thing, y in rows.items():
        side = objects.sides[thing]
        d.text((left - 10.0, y + 4.0), objects.ids[thing], f"t small {side}", anchor="end")
        end_ns = int(outcomes.end_ns[line, thing])
        d.line((at(int(objects.start_ns[thing])), y), (at(end_ns), y), f"life {side}")
        for start_ns, end_ns in union([(h.start_ns, h.end_ns) for h in data.holds if h.line == line and h.thing == thing]):
            d.line((at(start_ns), y), (at(end_ns), y), f"held {side}")
        if outcomes.first_detection_ns[line, thing] != NEVER:
            d.mark((at(int(outcomes.first_detection_ns[line, thing])), y), "ring", "ink", 4.0)
    _shots(d, arm, line, rows, at)
    for thing, y in rows.items():
        ended = END_STATES[int(outcomes.end_state[line, thing])]
        end = at(int(outcomes.end_ns[line, thing]))
        d.text((min(end + 7.0, 856.0), y + 4.0), ENDS[ended], f"t small halo {'strong' if ended == 'leaked' else ''}")
    axis_below(d, x, 10.0 + ROW * len(order), "time from the start of the scenario, minutes")
    return d


def _shots(d: Drawing, arm: Arm, line: int, rows: dict[int, float], at: Callable[[int], float]) -> None:
    """Launches as triangles above the line, and what missiles came to."""
    data = arm.data
    owner = {(h.node, h.track_id): h.thing for h in data.holds if h.line == line}
    shots = data.table("shots").to_pydict()
    truth = {
        (row["node"], row["reference_id"].rsplit("/", 1)[-1]): row["result"]
        for row in data.rows("association")
        if row["reference"] == "shot" and row["replication"] - data.replications.start == line
    }
    for k, replication in enumerate(shots["replication"]):
        thing = owner.get((shots["node"][k], shots["track_id"][k]), -1)
        if replication - data.replications.start != line or thing not in rows:
            continue
        d.mark((at(shots["at_ns"][k]), rows[thing] - 1.0), "triangle", "fill ink", 3.4)
        if shots["intercept_ns"][k] is not None:
            killed = truth.get((shots["node"][k], str(shots["shot"][k]))) == "killed"
            d.mark(
                (at(shots["intercept_ns"][k]), rows[thing]), "cross", "ink bold" if killed else "ink", 6.0 if killed else 4.0
            )
