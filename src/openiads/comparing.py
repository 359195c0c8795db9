"""Variants of a scenario under common draws: runs them and compares every measure. Composes the runs and the measures."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.api import Run, load_scenario, run
from openiads.errors import ResultsError

if TYPE_CHECKING:
    from openiads.results.paired import Difference
    from openiads.scenario.loader import Scenario

BASE = "base"
"""Name of the scenario without any variant, in comparisons."""


@dataclass(frozen=True)
class Comparison:
    """Runs of one scenario under several variants with the same draws. `differences` are variant less `baseline`."""

    baseline: str
    runs: "Mapping[str, Run]"
    differences: "Mapping[str, tuple[Difference, ...]]"


def compare(
    scenario: "Scenario | str | Path",
    *,
    variants: Sequence[str],
    replications: int = 64,
    seed: int = 1,
    workers: int = 1,
    out: str | Path | None = None,
    names: Iterable[str] | None = None,
    overwrite: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Run variants of a scenario with common draws and compare every measure, replication by replication.

    Parameters
    ----------
    scenario : Scenario or path
        What to run. The variant `base` is the file as it stands.
    variants : sequence of str
        Two or more; the first is the baseline.
    out : path, optional
        Folder that gets a run folder for each variant and `comparison.json`. Without it the runs are temporary.
    names : names, optional
        Measures; without it every one that the runs give.
    replications, seed, workers, overwrite, on_progress
        As in `run`.

    Raises
    ------
    OpeniadsError
        For fewer than two variants, one that the scenario does not have, or a folder that cannot be used.
    """
    from openiads.results.files import write_whole  # noqa: PLC0415
    from openiads.results.measures import RunData  # noqa: PLC0415
    from openiads.results.paired import differences, every_measure, to_json  # noqa: PLC0415

    if len(set(variants)) < 2 or len(set(variants)) != len(variants):
        raise ResultsError(f"variants = {', '.join(variants) or 'none'}: two or more different ones are needed to compare")
    if isinstance(scenario, str | Path):
        scenario = load_scenario(scenario)
    arms = {
        name: scenario.with_variant(None if name == BASE and name not in scenario.variants else name) for name in variants
    }
    folder = None if out is None else Path(out)
    runs = {
        name: run(
            arm,
            replications=replications,
            seed=seed,
            workers=workers,
            out=None if folder is None else folder / name,
            overwrite=overwrite,
            on_progress=on_progress,
        )
        for name, arm in arms.items()
    }
    baseline = variants[0]
    wanted = every_measure(runs[baseline].tables) if names is None else list(names)
    data = {name: RunData.of(one.reader) for name, one in runs.items()}
    found = {name: differences(data[baseline], data[name], wanted) for name in variants[1:]}
    if folder is not None:
        text = to_json(found, baseline=baseline, seed=seed, replications=replications)
        write_whole(folder / "comparison.json", text)
    return Comparison(baseline, runs, found)
