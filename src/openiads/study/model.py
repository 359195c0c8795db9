"""What a study asks of a model, and what comes back. The simulator is one model; a closed formula in a test is another."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from openiads.study.looks import Kind
from openiads.study.positions import Values
from openiads.study.spec import MeasureSpec
from openiads.study.worlds import Cell

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MeasureInfo:
    """How a measure behaves over replications: its kind says which interval it gets, `bounds` where its values must lie."""

    kind: Kind
    bounds: tuple[float, float] | None = None
    absolute: bool = False
    """Whether no public record exists to hold its value against: words on the value itself, not on a contrast, are capped."""
    heavy: bool = False
    """Whether one replication costs as much as many: the measure walks further cases."""


@dataclass(frozen=True)
class Batch:
    """Runs of one vignette in one cell: `worlds` rows, each run `count` times from its own first replication on.

    `first` is (rows,); worlds with the same seed and replication share their random numbers whatever else differs.
    """

    vignette: str | None
    cell: Cell
    measures: tuple[str, ...]
    worlds: Mapping[str, Values]
    first: NDArray[np.int64]
    count: int
    seed: int

    @property
    def rows(self) -> int:
        """Worlds in the batch."""
        return len(self.first)

    @property
    def runs(self) -> int:
        """Replications in the batch."""
        return self.rows * self.count

    def slice(self, start: int, stop: int) -> "Batch":
        """Some of the rows."""
        worlds = {name: values[start:stop] for name, values in self.worlds.items()}
        return Batch(self.vignette, self.cell, self.measures, worlds, self.first[start:stop], self.count, self.seed)

    @property
    def sha256(self) -> str:
        """Hash of everything that the outcomes depend on but the model."""
        digest = hashlib.sha256(f"{self.vignette}|{self.cell.key}|{self.measures}|{self.count}|{self.seed}".encode())
        digest.update(np.ascontiguousarray(self.first, dtype="<i8").tobytes())
        for name in sorted(self.worlds):
            values = self.worlds[name]
            numbers = values.dtype != object
            digest.update(name.encode() + b"\x00")
            digest.update(
                np.ascontiguousarray(values, "<f8").tobytes() if numbers else "\x1f".join(map(str, values)).encode()
            )
        return digest.hexdigest()


Outcomes = dict[str, Array]
"""Numerators and denominators (rows, count, 2) of each measure; a numerator of NaN is missing, never 0."""


class Model(Protocol):
    """A simulator as a study sees it."""

    @property
    def name(self) -> str:
        """What it is called in a manifest."""

    def info(self, measure: MeasureSpec) -> MeasureInfo:
        """How a measure behaves; a `StudyError` when this model has no such measure."""

    def evaluate(self, batch: Batch) -> Outcomes:
        """Run a batch. The same batch gives the same bits, whoever runs it and in whatever pieces."""


class Runs(Protocol):
    """Who makes runs: directly, or in blocks that are kept."""

    def run(self, batches: Mapping[str, Batch]) -> dict[str, Outcomes]:
        """The outcomes of each batch by its key. A key names the same batch in every run of a study."""


@dataclass(frozen=True)
class Direct:
    """Runs made at once in this process and not kept: for closed formulas and tests."""

    model: Model

    def run(self, batches: Mapping[str, Batch]) -> dict[str, Outcomes]:
        """As `Runs.run`."""
        return {key: self.model.evaluate(batch) for key, batch in batches.items()}
