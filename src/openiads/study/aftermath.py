"""After a study was run: running a share of it again, comparing two, and asking what a changed number would say."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from openiads.errors import StudyError
from openiads.study.bench import Bench, Wish
from openiads.study.blocks import MissingRunsError, Stored, runs_per_block, split
from openiads.study.findings import Findings, run_study
from openiads.study.keyed import uniforms
from openiads.study.loading import Study, load_study_text
from openiads.study.model import Batch, Model, Outcomes
from openiads.study.opened import Results
from openiads.study.order import engine_of
from openiads.study.tables import SCHEMAS, read_table

Grade = Literal["bitwise", "statistical", "different"]
COMBINED_ERRORS = 4.0
"""Standard errors within which a replay elsewhere must agree."""


@dataclass(frozen=True)
class Replay:
    """What a replay found: blocks run again, and the grade."""

    blocks: int
    runs: int
    same: int
    worst: float
    """Largest difference of a block's mean, in combined standard errors."""
    grade: Grade


class _Listing:
    """Answers from a folder and remembers what was asked."""

    def __init__(self, stored: Stored) -> None:
        self.stored = stored
        self.asked: Wish = {}

    def run(self, batches: Mapping[str, Batch]) -> dict[str, Outcomes]:
        """As `Runs.run`."""
        self.asked.update(batches)
        return self.stored.run(batches)


def replay(results: Results, *, share: float = 0.05, seed: int = 0, model: Model | None = None) -> Replay:
    """Run a random share of the blocks again and compare: bitwise, or within 4 combined standard errors.

    Parameters
    ----------
    share : float
        Share of the blocks, above 0 to 1; at least one is run.
    seed : int
        Chooses them.

    Raises
    ------
    StudyError
        When blocks are missing.
    """
    if not 0.0 < share <= 1.0:
        raise StudyError(f"share = {share:g}: above 0 and at most 1 is needed")
    order = results.order()
    chosen = model or engine_of(order.study)
    size = runs_per_block(chosen)
    stored = Stored(results.folder, size)
    listing = _Listing(stored)
    run_study(Bench(order.study.spec, chosen, order.sizes, order.seed), listing)
    blocks = [b for key, batch in sorted(listing.asked.items()) for b in split(key, batch, runs=size)]
    picks = np.argsort(uniforms(seed, "replay", shape=(len(blocks),)))[: max(1, math.ceil(share * len(blocks)))]
    same, worst, runs = 0, 0.0, 0
    for pick in sorted(picks):
        block = blocks[pick]
        held = stored.run({block.key: listing.asked[block.key]})[block.key]
        start = int(np.flatnonzero(listing.asked[block.key].first == block.batch.first[0])[0]) if blocks else 0
        start = sum(b.batch.rows for b in split(block.key, listing.asked[block.key], runs=size)[: block.number])
        again = chosen.evaluate(block.batch)
        runs += block.batch.runs
        gaps = [_gap(again[name], held[name][start : start + block.batch.rows]) for name in again]
        same += all(gap == 0.0 for gap in gaps)
        worst = max(worst, *gaps)
    grade: Grade = "bitwise" if same == len(picks) else "statistical" if worst <= COMBINED_ERRORS else "different"
    return Replay(len(picks), runs, same, worst, grade)


def _gap(again: Any, held: Any) -> float:
    """0 when the bits are the same, else the difference of the means in combined standard errors."""
    if again.tobytes() == held.tobytes():
        return 0.0
    a, b = (x[..., 0][~np.isnan(x[..., 0])] for x in (again, held))
    if len(a) < 2 or len(b) < 2:
        return math.inf
    error = math.sqrt(float(a.var(ddof=1)) / len(a) + float(b.var(ddof=1)) / len(b))
    gap = abs(float(a.mean()) - float(b.mean()))
    return gap / error if error > 0.0 else (math.inf if gap > 0.0 else np.nextafter(0.0, 1.0))


def compare(one: Results, other: Results) -> list[str]:
    """What changed between two results folders, and why as far as their manifests say."""
    lines = []
    for name in ("study_sha256", "lock_sha256", "seed", "model"):
        a, b = one.manifest["identity"].get(name), other.manifest["identity"].get(name)
        if a != b:
            lines.append(f"why: {name} was {_short(a)}, is {_short(b)}")
    for what in ("sizes", "software"):
        a, b = one.manifest["identity"][what], other.manifest["identity"][what]
        lines += [f"why: {what}.{k} was {_short(a.get(k))}, is {_short(b.get(k))}" for k in a if a.get(k) != b.get(k)]
    lines += _assumption_changes(one.study(), other.study())
    for table, keys, shown in (
        ("claims", ("reading", "party"), "word"),
        ("comparisons", ("reading", "party_a", "party_b"), "between"),
    ):
        rows = [{tuple(r[k] for k in keys): r[shown] for r in read_table(x.folder, table)} for x in (one, other)]
        for key in dict.fromkeys([*rows[0], *rows[1]]):
            a, b = rows[0].get(key), rows[1].get(key)
            if a != b:
                lines.append(f"changed: {' '.join(map(str, key))}: was {a!r}, is {b!r}")
    if one.manifest["digest"] == other.manifest["digest"]:
        return ["the same results, to the bit", *lines]
    if not any(line.startswith("changed") for line in lines):
        lines.append(f"no word changed; tables that differ: {', '.join(_differing(one, other))}")
    return lines


def _differing(one: Results, other: Results) -> list[str]:
    return [name for name in SCHEMAS if read_table(one.folder, name) != read_table(other.folder, name)]


def _assumption_changes(one: Study, other: Study) -> list[str]:
    lines = []
    before = {a.id: a for a in one.spec.assumptions}
    for a in other.spec.assumptions:
        old = before.get(a.id)
        if old is None:
            lines.append(f"why: assumption {a.id} is new")
        elif (old.positions, old.agreed) != (a.positions, a.agreed):
            lines.append(f"why: positions on {a.id} changed")
    lines += [f"why: assumption {name} is gone" for name in before if name not in {a.id for a in other.spec.assumptions}]
    return lines


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 16 else text[:12] + "..."


def what_if(
    results: Results, changes: Mapping[str, Any], *, model: Model | None = None
) -> tuple[Findings | None, list[str]]:
    """What the words would be with other numbers in the study, from the blocks that are there; or what would have to run.

    Parameters
    ----------
    changes : mapping
        By dotted path in the study file: `claims.C1.readings.C1_area.threshold`, `assumptions.R1.positions.A.interval`,
        `analysis.verdict.robust_share`. Lists are entered by id or by number.

    Returns
    -------
    findings, lines
        None and what must run, when the change reaches into the runs.
    """
    from openiads.scenario.yaml_reader import write_text  # noqa: PLC0415

    order = results.order()
    tree = order.study.document.data
    for path, value in changes.items():
        tree = _set(tree, path.split("."), value, path)
    study = load_study_text(write_text(tree), order.study.name, path=order.study.path, scenario=False)
    chosen = model or engine_of(order.study)
    bench = Bench(study.spec, chosen, order.sizes, order.seed)
    before = results.findings(chosen)
    try:
        after = run_study(bench, Stored(results.folder, runs_per_block(chosen)))
    except MissingRunsError as error:
        return None, [f"the stored runs do not answer this: {error}. Put the change into the study file and run it"]
    return after, _word_changes(before, after)


def _word_changes(before: Findings, after: Findings) -> list[str]:
    lines = []
    for (reading, party), word in after.words.items():
        old = before.words.get((reading, party))
        same = old is not None and old.word == word.word
        lines.append(f"{reading} {party}: {word.word}" + ("" if same else f"  (was: {old.word if old else 'nothing'})"))
    return lines


def _set(tree: Any, parts: list[str], value: Any, path: str) -> Any:
    """A copy of plain data with one value set."""
    if not parts:
        return value
    head, rest = parts[0], parts[1:]
    if isinstance(tree, dict):
        if head not in tree and rest:
            raise StudyError(f"path {path!r}: there is no {head!r} here. Known: {', '.join(tree)}")
        return {**tree, head: _set(tree.get(head), rest, value, path)}
    if isinstance(tree, list):
        ids = [item.get("id") if isinstance(item, dict) else None for item in tree]
        index = ids.index(head) if head in ids else int(head) if head.isdigit() and int(head) < len(tree) else None
        if index is None:
            raise StudyError(f"path {path!r}: there is no {head!r} here. Known: {', '.join(str(i) for i in ids)}")
        return [*tree[:index], _set(tree[index], rest, value, path), *tree[index + 1 :]]
    raise StudyError(f"path {path!r}: {head!r} stands below a single value")
