"""Rules between the sections of a study file that need nothing but the file. Those of the scenario are in `scenario_rules`."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeGuard

import numpy as np

from openiads.scenario.problems import Path, Problem, did_you_mean
from openiads.study.parts import Scalar
from openiads.study.raid import is_raid_choice
from openiads.study.references import reference_problems
from openiads.study.spec import AssumptionSpec, ClaimSpec, PositionSpec, ReadingSpec, StudySpec

MOST_PLAYERS = 64


def semantic_problems(spec: StudySpec) -> Iterator[Problem]:
    """Everything that can be said without the scenario."""
    yield from reference_problems(spec)
    yield from _unique(spec)
    yield from _parties(spec)
    for number, a in enumerate(spec.assumptions):
        yield from _assumption(spec, a, ("assumptions", number))
    for number, condition in enumerate(spec.conditions):
        if (condition.levels is None) == (condition.range is None):
            text = f"condition {condition.id!r} takes levels or range. Give exactly one"
            yield Problem(("conditions", number), text, at_key=True)
    for number, claim in enumerate(spec.claims):
        yield from _claim(spec, claim, ("claims", number))
    yield from _dependence(spec)
    yield from _design(spec)
    yield from raid_problems(spec, None)


def _unique(spec: StudySpec) -> Iterator[Problem]:
    for name in ("sources", "parties", "options", "conditions", "assumptions", "measures", "claims"):
        yield from _once(((name, k), item.id) for k, item in enumerate(getattr(spec, name)))
    yield from _once(
        (("claims", c, "readings", r), reading.id)
        for c, claim in enumerate(spec.claims)
        for r, reading in enumerate(claim.readings)
    )
    for o, option in enumerate(spec.options):
        yield from _once((("options", o, "values", v), value.id) for v, value in enumerate(option.values))


def _once(items: Iterable[tuple[Path, str]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, name in items:
        if name in seen:
            yield Problem((*path, "id"), f"id {name!r} stands twice. Rename one of them")
        seen.add(name)


def _parties(spec: StudySpec) -> Iterator[Problem]:
    if sum(p.role != "neutral" for p in spec.parties) < 2:
        text = "fewer than two parties are not neutral; a dispute needs two. Add one"
        yield Problem(("parties",), text, at_key=True)
    for number, party in enumerate(spec.parties):
        if party.endorsement == "signed" and not (party.signed_by and party.signed_on):
            text = "is signed, but signed_by or signed_on is missing. Say who signed and when, or write attributed"
            yield Problem(("parties", number, "endorsement"), text)


def _assumption(spec: StudySpec, a: AssumptionSpec, path: Path) -> Iterator[Problem]:
    if (a.agreed is None) == (a.positions is None):
        found = "neither agreed nor positions" if a.agreed is None else "both agreed and positions"
        yield Problem(path, f"assumption {a.id!r} has {found}. Give exactly one", at_key=True)
        return
    if a.scale != "categorical":
        yield from _admissible(a, path)
    if a.agreed is not None:
        yield from _position(a, a.agreed, (*path, "agreed"))
        return
    if a.player is None:
        text = f"assumption {a.id!r} is disputed, but no player owns it. Add player, the unit of attribution"
        yield Problem(path, text, at_key=True)
    for party, position in (a.positions or {}).items():
        yield from _position(a, position, (*path, "positions", party))
    speaking = {p for other in spec.assumptions for p in (other.positions or {})}
    needed = {p for pair in spec.analysis.attribution.pairs for p in pair} & speaking
    needed |= {p.id for p in spec.parties if p.role != "neutral"} & speaking
    missing = sorted(needed - (a.positions or {}).keys())
    if missing:
        text = f"assumption {a.id!r} has no position of party {', '.join(missing)}, which states others; none is imputed"
        yield Problem((*path, "positions"), f"{text}. State it, or leave the party silent throughout", at_key=True)


def number(value: Any) -> TypeGuard[float]:
    """Whether a value is a number and no boolean."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _admissible(a: AssumptionSpec, path: Path) -> Iterator[Problem]:
    here: Path = (*path, "admissible")
    if len(a.admissible) != 2:
        yield Problem(
            here, f"has {len(a.admissible)} entries; a {a.scale} scale needs two numbers, low and high. Correct it"
        )
        return
    low, high = a.admissible
    if not (number(low) and number(high)):
        yield Problem(here, f"holds words; a {a.scale} scale needs two numbers, low and high. Correct it")
    elif not low < high:
        yield Problem(here, f"is reversed or empty: {low:g} to {high:g}. Write the lower bound first")
    elif a.scale == "log10" and low <= 0:
        yield Problem(here, f"starts at {low:g}, but a log10 scale needs numbers above 0. Raise it")


def _position(a: AssumptionSpec, position: PositionSpec, path: Path) -> Iterator[Problem]:
    if position.basis in ("stated", "attributed") and not position.sources:
        text = f"is {position.basis}, but no source is given. Add sources, or write placeholder"
        yield Problem((*path, "basis"), text)
    if a.scale == "categorical":
        yield from _categorical(a, position, path)
    elif position.interval is not None:
        low, high = position.interval
        if low > high:
            yield Problem((*path, "interval"), f"is reversed: {low:g} to {high:g}. Write the lower end first")
        yield from inside_problems(a, (low, high), (*path, "interval"))
    elif position.value is not None:
        if not number(position.value):
            text = f"is {position.value!r}, but a {a.scale} scale needs a number. Correct it"
            yield Problem((*path, "value"), text)
        else:
            yield from inside_problems(a, (position.value,), (*path, "value"))
    elif position.weights is not None:
        text = "are odds over structures and need scale: categorical. Use dist, or change the scale"
        yield Problem((*path, "weights"), text)


def inside_problems(a: AssumptionSpec, values: Iterable[Scalar], path: Path) -> Iterator[Problem]:
    """Values outside the bounds that all agreed on."""
    low, high = a.admissible[0], a.admissible[-1]
    for value in values:
        if number(low) and number(high) and number(value) and not low <= value <= high:
            text = f"{value:g} is outside the admissible {low:g} to {high:g} {a.unit}"
            yield Problem(path, f"{text}. Stay inside, or have all agree on wider bounds")
            return


def _categorical(a: AssumptionSpec, position: PositionSpec, path: Path) -> Iterator[Problem]:
    known = {str(v) for v in a.admissible}
    if position.form == "value" and str(position.value) not in known:
        hint = did_you_mean(str(position.value), known)
        yield Problem((*path, "value"), f"{position.value!r} is not admissible. {hint}")
    elif position.form == "weights":
        weights = position.weights or {}
        for name in weights:
            if name not in known:
                hint = did_you_mean(name, known)
                yield Problem((*path, "weights", name), f"{name!r} is not admissible. {hint}", at_key=True)
        total = sum(weights.values())
        if abs(total - 1.0) > 1e-9 or min(weights.values(), default=-1.0) < 0.0:
            text = f"add up to {total:g}; odds are 0 or more and add up to 1. Correct them"
            yield Problem((*path, "weights"), text)
    elif position.form not in ("value", "weights"):
        text = "needs a scale of numbers; a categorical assumption takes value or weights. Correct it"
        yield Problem((*path, position.form), text)


def _claim(spec: StudySpec, claim: ClaimSpec, path: Path) -> Iterator[Problem]:
    if claim.testability != "testable" and not claim.why:
        text = f"is {claim.testability}, but why is missing. Say what is left out"
        yield Problem((*path, "testability"), text)
    if claim.testability == "not_testable" and claim.readings:
        text = f"claim {claim.id!r} is not testable, so it has no readings. Remove them"
        yield Problem((*path, "readings"), text, at_key=True)
    if claim.testability != "not_testable" and not claim.readings:
        text = f"claim {claim.id!r} is {claim.testability}, but has no reading. Add one, or write not_testable"
        yield Problem(path, text, at_key=True)
    units = {m.id: m.unit for m in spec.measures}
    for number_, reading in enumerate(claim.readings):
        yield from _reading(reading, units, (*path, "readings", number_))


def _reading(reading: ReadingSpec, units: dict[str, str], path: Path) -> Iterator[Problem]:
    if reading.measure is None or reading.statistic is None:
        return
    unit = units.get(reading.measure)
    if reading.statistic.kind == "prob" or (reading.contrast is not None and reading.contrast.relative):
        unit = "1"
    if unit is not None and reading.unit != unit:
        text = f"is {reading.unit!r}, but the statistic of measure {reading.measure!r} has unit {unit!r}. Use that"
        yield Problem((*path, "unit"), text)
    if reading.statistic.kind == "prob" and not 0.0 <= (reading.threshold or 0.0) <= 1.0:
        text = f"is {reading.threshold:g}, but a probability lies between 0 and 1. Correct it"
        yield Problem((*path, "threshold"), text)
    if reading.contrast is not None and reading.contrast.value == reading.contrast.minus:
        text = f"compares {reading.contrast.value!r} with itself. Name two values"
        yield Problem((*path, "contrast", "minus"), text)
    for k, entry in enumerate(reading.scope):
        if entry.at_least is not None and entry.of is not None and entry.at_least > len(entry.of):
            text = f"is {entry.at_least:g} of {len(entry.of)} levels. Lower it"
            yield Problem((*path, "scope", k, "at_least"), text)


def _dependence(spec: StudySpec) -> Iterator[Problem]:
    players = {a.id: a.player or a.id for a in spec.assumptions}
    for k, d in enumerate(spec.dependence):
        path: Path = ("dependence", k)
        owners = sorted({players[m] for m in d.members if m in players})
        if len(owners) > 1:
            text = f"correlated assumptions belong to different players ({', '.join(owners)}). Give them one player"
            yield Problem((*path, "members"), text)
        rho = [list(row) for row in d.rho]
        size = len(d.members)
        if len(rho) != size or any(len(row) != size for row in rho):
            yield Problem((*path, "rho"), f"is no {size} by {size} matrix. Give one row and one column per member")
            continue
        whole = np.allclose(rho, np.transpose(rho)) and np.allclose(np.diag(rho), 1.0)
        if not whole or np.linalg.eigvalsh(rho).min() <= 0:
            text = "is no correlation matrix: symmetric, 1 on the diagonal, positive definite. Correct it"
            yield Problem((*path, "rho"), text)


def _design(spec: StudySpec) -> Iterator[Problem]:
    e = spec.design.epistemic
    if e.method == "sobol_owen" and e.n & (e.n - 1):
        below = 1 << (e.n.bit_length() - 1)
        text = f"is {e.n}, but sobol_owen needs a power of two. Use {below} or {2 * below}"
        yield Problem(("design", "epistemic", "n"), text)
    for k, (one, other) in enumerate(spec.analysis.attribution.pairs):
        if one == other:
            text = f"compares party {one!r} with itself. Name two parties"
            yield Problem(("analysis", "attribution", "pairs", k), text)
    players = {a.player for a in spec.assumptions if a.positions is not None}
    if len(players) > MOST_PLAYERS:
        text = f"{len(players)} players; {MOST_PLAYERS} are the most. Group them"
        yield Problem(("assumptions",), text, at_key=True)


def raid_problems(spec: StudySpec, scenario: Any) -> Iterator[Problem]:
    """A raid's choices stand among the conditions, with levels fixed in advance, and nowhere else."""
    for k, a in enumerate(spec.assumptions):
        if is_raid_choice(a.path, scenario):
            text = f"{a.path} is a choice of the raid (axis, altitude, spacing, timing, size, jammers)"
            rule = "it may be a grid condition, never a player or an input of sensitivity, boxes or extreme ends"
            yield Problem(("assumptions", k, "path"), f"{text}; {rule}. Move it to conditions with levels")
    for o, option in enumerate(spec.options):
        for v, value in enumerate(option.values):
            for path in value.set:
                if is_raid_choice(path, scenario):
                    text = f"{path} is a choice of the raid, and options are what safeguards are searched among"
                    where: Path = ("options", o, "values", v, "set", path)
                    yield Problem(where, f"{text}. Move it to conditions with levels", at_key=True)
    for k, condition in enumerate(spec.conditions):
        if condition.range is not None and is_raid_choice(condition.path, scenario):
            text = f"{condition.path} is a choice of the raid: its levels are fixed in advance"
            yield Problem(("conditions", k, "range"), f"{text}. Write levels instead of a range")
