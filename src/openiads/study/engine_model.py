"""The simulator as a study's model: assumptions, options and conditions set scenario paths; measures come from the registry.

Lowering a scenario costs as much as a replication, and every draw is another scenario. So a worker keeps what it lowered
last, and worlds that lower to the same bytes (a link quality where there is no link) share their replications.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from openiads.errors import ResultsError, StudyError
from openiads.scenario.problems import Problem
from openiads.study.model import Batch, MeasureInfo, Outcomes
from openiads.study.references import dollar_references
from openiads.study.spec import MeasureSpec, StudySpec

if TYPE_CHECKING:
    from openiads.engine.lowering import Lowered
    from openiads.engine.views import Views
    from openiads.results.measures import RunData
    from openiads.scenario.loader import Scenario

KEPT_SCENARIOS: Final = 32
KEPT_RUNS: Final = 64
KINDS: Final[Mapping[str, str]] = {
    "proportion": "proportion",
    "share": "bounded",
    "share_of_sums": "ratio",
    "mean": "mean",
    "count": "count",
    "ratio": "ratio",
    "rate": "ratio",
    "exact": "exact",
}
"""Kind of interval of each kind of measure of the registry. A rate is a ratio of sums, and one without events a rare count."""

RESTATED: Final[Mapping[str, Mapping[str, Any]]] = {
    "leakage": {"denominator": "threats_that_reach_decision"},
    "max_intercept_range": {"requires": ["firm_track", "kinematic_reach", "guidance_support"]},
    "friendly_engagement_rate": {"per": "friendly_flight_hours", "scale": 1000},
    "magazine_depth": {"at": "end"},
    "observation_hours": {"by": ["aspect3", "snr_band"]},
    "first_detection_range": {"geometry": "inbound_radial", "range": "ground"},
    "warning_time": {"speed_ref": "target"},
    "first_firm_track_range": {"geometry": "inbound_radial", "range": "ground"},
}
"""Arguments that say again what a measure of the registry is by definition; with any other value they are refused."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(OrderedDict[Key, Value]):
    """The last so many values by key."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy sent elsewhere begins empty."""
        return type(self), (self.most,)

    def keep(self, key: Key, value: Value) -> Value:
        """Keep a value and give it back; the oldest goes when there are too many."""
        self[key] = value
        if len(self) > self.most:
            self.popitem(last=False)
        return value


@dataclass
class EngineModel:
    """The simulator. `scenario` is the study's, without a vignette."""

    spec: StudySpec
    scenario: "Scenario"
    name: str = "engine"
    lowerings: int = 0
    walks: int = 0
    _scenarios: dict[str | None, "Scenario"] = field(default_factory=dict, repr=False)
    _lowered: Any = field(default_factory=lambda: Kept(KEPT_SCENARIOS), repr=False)
    _runs: Any = field(default_factory=lambda: Kept(KEPT_RUNS), repr=False)
    _views: "Views | None" = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """Workers begin with nothing kept."""
        state = dict(vars(self))
        state.update(_scenarios={}, _lowered=Kept(KEPT_SCENARIOS), _runs=Kept(KEPT_RUNS), _views=None)
        return state

    def info(self, measure: MeasureSpec) -> MeasureInfo:
        """How a measure of the registry behaves.

        Raises
        ------
        StudyError
            When the registry has no such measure, another unit for it, or no such argument.
        """
        from openiads.results.measures import table  # noqa: PLC0415 - brings the results room along

        try:
            found = table.find(measure.type)
        except ResultsError as error:
            raise StudyError(f"measure {measure.id!r}: {error}") from None
        strange = sorted(arguments(measure).keys() - found.arguments.keys())
        if strange:
            known = ", ".join(found.arguments) or "none"
            raise StudyError(f"measure {measure.id!r}: {measure.type} has no argument {strange[0]!r}. Known: {known}")
        if found.unit.replace("m2", "m^2") != measure.unit.replace("m2", "m^2"):
            raise StudyError(f"measure {measure.id!r}: {measure.type} has unit {found.unit!r}, not {measure.unit!r}")
        kind: Any = KINDS[found.kind]
        limits = (0.0, 1.0) if found.kind in ("proportion", "share", "share_of_sums") else None
        return MeasureInfo(kind, limits, absolute=found.kind != "exact", heavy=found.walks)

    def evaluate(self, batch: Batch) -> Outcomes:
        """As `Model.evaluate`."""
        wanted = [m for m in self.spec.measures if m.id in batch.measures]
        found = {m.id: np.full((batch.rows, batch.count, 2), np.nan) for m in wanted}
        for row in range(batch.rows):
            world = {name: values[row] for name, values in batch.worlds.items()}
            data = self._data(batch, world, range(int(batch.first[row]), int(batch.first[row]) + batch.count))
            for m in wanted:
                found[m.id][row] = self._measured(m, world, data)
        return found

    def overrides(self, batch: Batch, world: Mapping[str, Any]) -> dict[str, Any]:
        """What a world and a cell set in the scenario, by path. A criterion is a yardstick of the study and sets nothing."""
        options = {o.id: {v.id: v.set for v in o.values} for o in self.spec.options}
        found: dict[str, Any] = {}
        for name, value in batch.cell.options:
            found.update(options[name][value])
        paths = {c.id: c.path for c in self.spec.conditions}
        found.update({paths[name]: level for name, level in batch.cell.conditions})
        for a in self.spec.assumptions:
            if a.kind != "criterion":
                found[a.path] = _plain(world[a.id])
        return found

    def _data(self, batch: Batch, world: Mapping[str, Any], replications: range) -> "RunData":
        from openiads.results.measures import RunData, registry  # noqa: PLC0415
        from openiads.results.measures.again import objects_of  # noqa: PLC0415

        laws = [registry[m.type] for m in self.spec.measures if m.id in batch.measures]
        fire_only = all(law.fire_only for law in laws)
        scenario, lowered, walked, mark = self._prepared(batch.vignette, self.overrides(batch, world), fire_only)
        names = tuple(sorted({name for law in laws for name in law.tables} - {"objects"}))

        def table(name: str) -> Any:  # nothing is walked for measures that read no table
            if name == "objects":  # holds what no replication depends on, so not from another world
                return objects_of(lowered)
            key = (mark, batch.seed, replications.start, replications.stop, names)
            tables = self._runs.get(key)
            if tables is None:
                tables = self._runs.keep(key, self._walk(walked, batch.seed, replications, names))
            return tables[name]

        return RunData(table, lambda: scenario, replications, seed=batch.seed, lowered=lambda: lowered, views=self._views)

    def _prepared(
        self, vignette: str | None, overrides: Mapping[str, Any], fire_only: bool
    ) -> tuple["Scenario", "Lowered", "Lowered", bytes]:
        """The scenario, its case, the case that is walked, and the mark of the latter."""
        from openiads.engine.bystanders import without_bystanders  # noqa: PLC0415 - compiles on import of its kernels
        from openiads.engine.lowering import lower  # noqa: PLC0415
        from openiads.engine.views import Views  # noqa: PLC0415

        key = (vignette, fire_only, tuple(sorted(overrides.items(), key=lambda item: item[0])))
        held = self._lowered.get(key)
        if held is not None:
            return held  # type: ignore[no-any-return]
        if vignette not in self._scenarios:
            self._scenarios[vignette] = self.scenario if vignette is None else self.scenario.with_variant(vignette)
        if self._views is None:
            self._views = Views()
        scenario = self._scenarios[vignette].with_overrides(overrides)
        lowered = lower(scenario, views=self._views)
        walked = without_bystanders(lowered) if fire_only else lowered
        self.lowerings += 1
        return self._lowered.keep(key, (scenario, lowered, walked, _mark(walked)))  # type: ignore[no-any-return]

    def _walk(self, lowered: "Lowered", seed: int, replications: range, names: tuple[str, ...]) -> dict[str, Any]:
        from openiads.results.measures.again import walk  # noqa: PLC0415

        self.walks += len(replications)
        return walk(lowered, seed, replications, names)

    def _measured(self, measure: MeasureSpec, world: Mapping[str, Any], data: "RunData") -> NDArray[np.float64]:
        from openiads.results.measures import registry  # noqa: PLC0415

        args = {**arguments(measure), **{k: _plain(world[name]) for k, name in dollar_references(measure.args)}}
        law = registry[measure.type]
        found = law.sample(data, **args)
        top = np.where(found.denominators == 0.0, np.nan, found.numerators)
        if law.kind in ("ratio", "rate", "share_of_sums"):
            top = found.numerators  # a replication without any counts in sums over sums
        return np.stack([law.scale * top, found.denominators], axis=-1)


def arguments(measure: MeasureSpec) -> dict[str, Any]:
    """Arguments of a measure without those that only restate its definition."""
    told = RESTATED.get(measure.type, {})
    return {name: value for name, value in measure.args.items() if name not in told or told[name] != value}


def measure_problems(spec: StudySpec, scenario: "Scenario") -> Iterator[Problem]:
    """Measures that the simulator cannot give, with their places: a run of the study would be refused."""
    model = EngineModel(spec, scenario)
    for number, measure in enumerate(spec.measures):
        try:
            model.info(measure)
        except StudyError as error:
            yield Problem(("measures", number, "type"), f"a run would be refused: {error}")


def _plain(value: Any) -> Any:
    """A value of a draw as the scenario takes it."""
    if isinstance(value, np.generic):
        value = value.item()
    return value


def _mark(lowered: "Lowered") -> bytes:
    """Hash of everything that a replication depends on: the arrays of the case and the names in it."""
    digest = hashlib.blake2b(
        repr([n for n in lowered.names.__dict__.items() if n[0] != "object_rows"]).encode(), digest_size=16
    )
    case: Any = lowered.case
    for name in case._fields:
        array = getattr(case, name)
        for column in array.dtype.names or (None,):  # field by field: the padding between them holds anything
            values = np.ascontiguousarray(array if column is None else array[column])
            digest.update(f"{name}.{column} {values.shape}".encode())
            digest.update(values.view(np.uint8).reshape(-1).data)
    return digest.digest()
