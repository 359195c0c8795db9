"""What a study may do but should know: unsigned parties, placeholders, knife edges, missing readings, positions that
clash elsewhere."""

from collections.abc import Iterator, Sequence

from openiads.scenario.problems import Path, Problem
from openiads.study.spec import AssumptionSpec, PositionSpec, ReadingSpec, StudySpec


def cautions(spec: StudySpec) -> Iterator[Problem]:
    """One per matter, with its place."""
    for number, party in enumerate(spec.parties):
        if party.role != "neutral" and party.endorsement != "signed":
            text = f"party {party.id} has not signed: its positions are {party.endorsement}"
            yield Problem(("parties", number), text)
    placeholders = 0
    for a in spec.assumptions:
        stated = [a.agreed] if a.agreed is not None else list((a.positions or {}).values())
        placeholders += sum(p.basis == "placeholder" for p in stated)
    if placeholders:
        yield Problem(("assumptions",), f"{placeholders} positions are placeholders; page one says so", at_key=True)
    yield from _claims(spec)
    for number, condition in enumerate(spec.conditions):
        if condition.range is not None:
            text = f"condition {condition.id} has a range; where a scope leaves it out, its lower end holds"
            yield Problem(("conditions", number), text)


def _claims(spec: StudySpec) -> Iterator[Problem]:
    parties = [p.id for p in spec.parties if p.role != "neutral"]
    bounds = {(v, a.unit) for a in spec.assumptions for p in (a.positions or {}).values() for v in _limits(p)}
    for c, claim in enumerate(spec.claims):
        for party in parties:
            if claim.readings and not any(party in r.by for r in claim.readings):
                yield Problem(("claims", c), f"claim {claim.id} has no reading that party {party} accepts")
        for r, reading in enumerate(claim.readings):
            if reading.measure is not None:
                yield from _reading(spec, reading, ("claims", c, "readings", r), bounds)


def _reading(spec: StudySpec, reading: ReadingSpec, path: Path, bounds: set[tuple[float, str]]) -> Iterator[Problem]:
    event = reading.statistic.event if reading.statistic is not None else None
    limit = reading.threshold if event is None else event.value
    unit = next((m.unit for m in spec.measures if m.id == reading.measure), "")
    if limit is not None and (limit, unit) in bounds:
        text = f"knife edge: {limit:g} {unit} is also a stated bound of an assumption"
        yield Problem((*path, "threshold"), f"{text}. The threshold sweep shows what hangs on it")
    named = {e.option for e in reading.scope} | {reading.contrast.option if reading.contrast else None}
    left = [o.id for o in spec.options if o.id not in named]
    if left:
        yield Problem(path, f"reading {reading.id} leaves {', '.join(left)} at the baseline")
    loose = [c.id for c in spec.conditions if c.id not in {e.condition for e in reading.scope}]
    if loose:
        yield Problem(path, f"reading {reading.id} leaves {', '.join(loose)} at the first level")


def _limits(position: PositionSpec) -> tuple[float, ...]:
    if position.interval is not None:
        return position.interval
    value = position.value
    return (float(value),) if isinstance(value, int | float) and not isinstance(value, bool) else ()


def across(studies: Sequence[tuple[str, StudySpec]]) -> list[str]:
    """Parties that say one thing in one study and another, without overlap, in the next.

    Compared are positions of a party of the same id on the same path, or on an assumption of the same id and unit.
    """
    found: list[str] = []
    for i, (one_name, one) in enumerate(studies):
        for other_name, other in studies[i + 1 :]:
            for a in one.assumptions:
                for b in other.assumptions:
                    if a.path == b.path or (a.id == b.id and a.unit == b.unit):
                        found += _clashes(a, b, one_name, other_name)
    return found


def _clashes(a: AssumptionSpec, b: AssumptionSpec, one_name: str, other_name: str) -> Iterator[str]:
    mine, theirs = a.positions or {}, b.positions or {}
    for party in sorted(mine.keys() & theirs.keys()):
        here, there = _limits(mine[party]), _limits(theirs[party])
        if here and there and (max(here) < min(there) or max(there) < min(here)):
            yield (
                f"party {party} says {_shown(here)} {a.unit} of {a.id} in {one_name} and {_shown(there)} {b.unit} in {other_name}; "
                "the two do not overlap. The report shows both"
            )


def _shown(limits: tuple[float, ...]) -> str:
    return " to ".join(f"{v:g}" for v in dict.fromkeys(limits))
