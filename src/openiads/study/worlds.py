"""Worlds: whose assumptions hold in a run, and the cells of options and conditions in which it is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.study.logic import Quantifier
from openiads.study.parts import Scalar
from openiads.study.positions import Values, at_end, correlate, values_at
from openiads.study.spec import AssumptionSpec, PositionSpec, ReadingSpec, StudySpec

Array = NDArray[np.float64]
Masks = NDArray[np.int64]
Worlds = Mapping[str, Values]
"""Values (n,) of each assumption by its id."""


@dataclass(frozen=True, order=True)
class Cell:
    """One value of every option and one level of every condition, in the order of the file."""

    options: tuple[tuple[str, str], ...]
    conditions: tuple[tuple[str, Scalar], ...]

    @property
    def key(self) -> str:
        """As text, for tables and file names."""
        return ",".join(f"{name}={value}" for name, value in (*self.options, *self.conditions)) or "all"


@dataclass(frozen=True)
class Frame:
    """The cells of a reading in row-major order of its quantifiers; with a contrast also those that are taken off."""

    cells: tuple[Cell, ...]
    minus: tuple[Cell, ...]
    quantifiers: tuple[Quantifier, ...]


class Assumptions:
    """The assumptions of a study: columns of the design, players, and the worlds of parties and coalitions."""

    def __init__(self, spec: StudySpec) -> None:
        self.spec = spec
        self.all: tuple[AssumptionSpec, ...] = spec.assumptions
        self.columns = {a.id: number for number, a in enumerate(self.all)}
        self.dependence = {d.party: d for d in spec.dependence}

    @cached_property
    def players(self) -> tuple[str, ...]:
        """Players that own a disputed assumption, in the order of the file."""
        return tuple(dict.fromkeys(a.player for a in self.all if a.disputed and a.player is not None))

    @cached_property
    def groups(self) -> dict[str, list[int]]:
        """Columns of each player, its agreed assumptions included; an assumption without a player is one of its own."""
        found: dict[str, list[int]] = {}
        for a in self.all:
            found.setdefault(a.player or a.id, []).append(self.columns[a.id])
        return found

    def position(self, assumption: AssumptionSpec, party: str) -> PositionSpec:
        """What holds in the world of `party`: its own position, or the agreed one."""
        if assumption.positions is not None:
            return assumption.positions[party]
        assert assumption.agreed is not None  # noqa: S101 - the linter saw to it
        return assumption.agreed

    def states(self, party: str) -> bool:
        """Whether a party states anything; one that does not is silent and never imputed."""
        return all(a.positions is None or party in a.positions for a in self.all)

    def with_intervals(self, party: str) -> list[AssumptionSpec]:
        """Assumptions of which the party's position is an interval of some width."""
        found = []
        for a in self.all:
            limits = self.position(a, party).interval
            if limits is not None and limits[0] < limits[1]:
                found.append(a)
        return found

    def odds_only(self, party: str) -> bool:
        """Whether the party states odds, and no intervals."""
        positions = [self.position(a, party) for a in self.all]
        stated = [p for p in positions if p.form in ("dist", "weights")]
        return bool(stated) and not self.with_intervals(party)

    def party_world(self, party: str, u: Array, *, ends: Mapping[str, bool] | None = None) -> dict[str, Values]:
        """Values (n,) of every assumption in the world of one party.

        Parameters
        ----------
        u : (n, assumptions) ndarray
        ends : mapping, optional
            Assumptions held at an end of the party's interval: True for the upper one.
        """
        if party in self.dependence:
            u = correlate(u, self.columns, self.dependence[party])
        found = {}
        for a in self.all:
            position = self.position(a, party)
            if ends is not None and a.id in ends:
                position = at_end(position, upper=ends[a.id])
            found[a.id] = values_at(a, position, u[:, self.columns[a.id]])
        return found

    def coalition_world(
        self,
        pair: tuple[str, str],
        masks: Masks,
        u: Array,
        *,
        players: Sequence[str] | None = None,
        ends: tuple[Mapping[str, bool], Mapping[str, bool]] | None = None,
    ) -> dict[str, Values]:
        """Values in worlds in which player i follows the second party where bit i of `masks` (n,) is set, else the first."""
        names = list(self.players if players is None else players)
        first = self.party_world(pair[0], u, ends=None if ends is None else ends[0])
        second = self.party_world(pair[1], u, ends=None if ends is None else ends[1])
        found: dict[str, Values] = {}
        for a in self.all:
            if not a.disputed or a.player not in names:
                found[a.id] = first[a.id]
                continue
            taken = (masks >> names.index(a.player)) & 1 == 1
            found[a.id] = np.where(taken, second[a.id], first[a.id])
        return found


def baseline(spec: StudySpec) -> tuple[dict[str, str], dict[str, Scalar]]:
    """The baseline of every option and the first level of every condition (the lower end of a range)."""
    options = {o.id: o.baseline for o in spec.options}
    conditions: dict[str, Scalar] = {}
    for c in spec.conditions:
        conditions[c.id] = c.levels[0] if c.levels is not None else (c.range or (0.0, 0.0))[0]
    return options, conditions


def frame_of(spec: StudySpec, reading: ReadingSpec, *, fixed: Mapping[str, str] | None = None) -> Frame:
    """The cells of a reading: what its scope leaves out stands at the baseline.

    Parameters
    ----------
    fixed : mapping, optional
        Option values that replace those of the scope, for the search for safeguards.
    """
    options, conditions = baseline(spec)
    axes: list[tuple[str, bool, tuple[Scalar, ...]]] = []
    quantifiers = []
    forced = dict(fixed or {})
    options.update(forced)
    for entry in reading.scope:
        name = entry.option or entry.condition or ""
        if entry.option is not None and name in forced:
            continue
        if entry.fixed is not None:
            _put(options, conditions, name, entry.fixed, is_option=entry.option is not None)
            continue
        axes.append((name, entry.option is not None, entry.levels))
        kind: Any = "all" if entry.all is not None else "any" if entry.any is not None else "at_least"
        quantifiers.append(Quantifier(kind, len(entry.levels), entry.at_least or 0.0))
    cells, minus = [], []
    for levels in product(*(axis[2] for axis in axes)):
        here_options, here_conditions = dict(options), dict(conditions)
        for (name, is_option, _), level in zip(axes, levels, strict=True):
            _put(here_options, here_conditions, name, level, is_option=is_option)
        if reading.contrast is None:
            cells.append(_cell(here_options, here_conditions))
            continue
        cells.append(_cell({**here_options, reading.contrast.option: reading.contrast.value}, here_conditions))
        minus.append(_cell({**here_options, reading.contrast.option: reading.contrast.minus}, here_conditions))
    return Frame(tuple(cells), tuple(minus), tuple(quantifiers))


def _put(options: dict[str, str], conditions: dict[str, Scalar], name: str, level: Scalar, *, is_option: bool) -> None:
    if is_option:
        options[name] = str(level)
    else:
        conditions[name] = level


def _cell(options: Mapping[str, str], conditions: Mapping[str, Scalar]) -> Cell:
    return Cell(tuple(options.items()), tuple(conditions.items()))
