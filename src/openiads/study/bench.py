"""The bench: what all parts of a study share, and how their wishes for runs are merged into waves.

Each part of a study (verdicts of a party, ends, attribution of a pair, safeguards) is a generator: it yields the batches
that it needs
and is sent their outcomes. All parts move together, so that the workers have as much to do at once as there is.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.study.designs import Design, make_design
from openiads.study.keyed import derived_seed
from openiads.study.model import Batch, MeasureInfo, Model, Outcomes, Runs
from openiads.study.positions import Values
from openiads.study.readings import Reading, reading_of
from openiads.study.sizes import Sizes
from openiads.study.spec import StudySpec
from openiads.study.worlds import Assumptions, Cell

Array = NDArray[np.float64]
Wish = dict[str, Batch]
Answer = dict[str, Outcomes]
Component = Generator[Wish, Answer, Any]
Place = tuple[str | None, Cell, bool]
"""A vignette, a cell of it, and whether the measures wanted there are heavy: those are run apart, since they may get fewer runs."""


@dataclass(frozen=True)
class Bench:
    """A study with its model, its sizes and the seed that its runs use."""

    spec: StudySpec
    model: Model
    sizes: Sizes
    seed: int
    _cache: dict[str, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def assumptions(self) -> Assumptions:
        """The assumptions of the study."""
        return Assumptions(self.spec)

    @cached_property
    def design(self) -> Design:
        """The design over the assumptions, one column each in the order of the file."""
        return make_design(
            self.spec.design.epistemic.method,
            n=self.sizes.epistemic,
            columns=len(self.spec.assumptions),
            replicates=self.sizes.replicates,
            seed=self.seed,
        )

    @cached_property
    def infos(self) -> dict[str, MeasureInfo]:
        """How each measure that a reading uses behaves."""
        used = {r.measure for c in self.spec.claims for r in c.readings if r.measure is not None}
        return {m.id: self.model.info(m) for m in self.spec.measures if m.id in used}

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """Every measured reading of every claim, in the order of the file."""
        return tuple(
            reading_of(self.spec, claim.id, claim.owner, reading, self.infos[reading.measure])
            for claim in self.spec.claims
            for reading in claim.readings
            if reading.measure is not None
        )

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """Parties that state something, in the order of registration."""
        return tuple(p.id for p in self.spec.parties if self.assumptions.states(p.id))

    @cached_property
    def silent(self) -> tuple[str, ...]:
        """Parties that state nothing; they are never imputed."""
        return tuple(p.id for p in self.spec.parties if p.id not in self.parties)

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Pairs to attribute: those of the file, and with three or more parties each against the neutral one; not in quick mode."""
        stated = list(self.spec.analysis.attribution.pairs)
        if self.sizes.quick:
            return tuple(stated)
        neutral = [p.id for p in self.spec.parties if p.role == "neutral" and p.id in self.parties]
        others = [p.id for p in self.spec.parties if p.role != "neutral" and p.id in self.parties]
        stated += [(party, n) for n in neutral for party in others if (party, n) not in stated and (n, party) not in stated]
        return tuple(stated)

    def stream(self, stage: str, **labels: str) -> int:
        """The seed of a stage. What the study has in common random numbers does not enter it."""
        common = set(self.spec.replications.crn.common_across)
        names = [f"{name}={value}" for name, value in sorted(labels.items()) if name not in common]
        return derived_seed(self.seed, stage, *names)

    def places(self, readings: Iterable[Reading]) -> dict[Place, tuple[str, ...]]:
        """Every vignette and cell that the readings need, with the measures wanted there."""
        found: dict[Place, list[str]] = {}
        for reading in readings:
            for cell in reading.cells:
                here = found.setdefault(reading.place(cell), [])
                if reading.measure.id not in here:
                    here.append(reading.measure.id)
        return {
            place: tuple(sorted(measures)) for place, measures in sorted(found.items(), key=lambda item: place_key(item[0]))
        }

    def wish(
        self,
        stage: str,
        places: Mapping[Place, tuple[str, ...]],
        worlds: Mapping[str, Values],
        *,
        first: NDArray[np.int64],
        count: int,
        seed: int,
    ) -> dict[Place, tuple[str, Batch]]:
        """One batch per place, all with the same worlds and replications; the key names the stage and the place."""
        found = {}
        for place, measures in places.items():
            vignette, cell, _ = place
            batch = Batch(
                vignette, cell, measures, worlds, first, self.runs_needed(measures, count), self.cell_seed(seed, cell)
            )
            found[place] = (f"{stage}/{place_key(place)}", batch)
        return found

    def cell_seed(self, seed: int, cell: Cell) -> int:
        """The seed in a cell: another one per option or condition only where the study does not want those in common."""
        common = set(self.spec.replications.crn.common_across)
        labels = []
        if "option" not in common:
            labels += [f"{k}={v}" for k, v in cell.options]
        if "condition" not in common:
            labels += [f"{k}={v}" for k, v in cell.conditions]
        return derived_seed(seed, *labels) if labels else seed

    def runs_needed(self, measures: Iterable[str], count: int) -> int:
        """One where every measure is exact, fewer where one is heavy and the study is quick, else `count`."""
        infos = [self.infos[name] for name in measures]
        if all(info.kind == "exact" for info in infos):
            return 1
        return max(1, count // self.sizes.heavy) if any(info.heavy for info in infos) else count


def place_key(place: Place) -> str:
    """A place as text."""
    return f"{place[0] or 'scenario'}/{place[1].key}{'/heavy' if place[2] else ''}"


def drive(
    components: Mapping[str, Component], runs: Runs, *, on_wave: Callable[[int, Wish], None] | None = None
) -> dict[str, Any]:
    """Move all components together, wave after wave, until each has returned; what they returned by name.

    A key wished for twice is run once; the same key must mean the same batch.
    """
    results: dict[str, Any] = {}
    waiting: dict[str, Wish] = {}
    for name, component in components.items():
        _advance(name, component, None, waiting, results)
    wave = 0
    while waiting:
        merged: Wish = {}
        for wish in waiting.values():
            merged.update(wish)
        if on_wave is not None:
            on_wave(wave, merged)
        outcomes = runs.run(merged)
        going, waiting = waiting, {}
        for name, wish in going.items():
            _advance(name, components[name], {key: outcomes[key] for key in wish}, waiting, results)
        wave += 1
    return results


def _advance(
    name: str, component: Component, answer: Answer | None, waiting: dict[str, Wish], results: dict[str, Any]
) -> None:
    try:
        waiting[name] = next(component) if answer is None else component.send(answer)
    except StopIteration as end:
        results[name] = end.value
