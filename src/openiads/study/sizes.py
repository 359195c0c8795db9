"""How large a study is: draws, looks, paths; as the file says, or smaller for a quick look."""

from dataclasses import dataclass, replace
from typing import Final

from openiads.errors import OutOfRangeError
from openiads.study.looks import Looks
from openiads.study.spec import StudySpec

QUICK_DRAWS: Final = 256
"""Runs of each cell under each party in quick mode: few draws of the assumptions, each with the replications of the first look."""
QUICK_HEAVY: Final = 4
"""Quick mode divides the replications of a measure that walks further cases by this, and its paths."""
CORNERS: Final = 10
"""Interval assumptions up to which an exact model is asked at every corner."""


@dataclass(frozen=True)
class Sizes:
    """Numbers of everything that costs runs. `epistemic` counts draws of one set, of which there are `replicates`."""

    epistemic: int
    replicates: int
    looks: Looks
    path_draws: int
    table_draws: int
    end_runs: int
    bridging_draws: int
    bridging_runs: int
    sensitivity_n: int
    sensitivity_replicates: int
    sensitivity_runs: int
    quick: bool = False
    heavy: int = 1
    """By what the replications and the paths of a heavy measure are divided."""
    search_runs: int | None = None
    """Runs at each end of each interval, to find which of the two is better, where not as many as where that leads (`end_runs`)."""

    @property
    def draws(self) -> int:
        """Draws of a party in all."""
        return self.epistemic * self.replicates


def sizes_of(spec: StudySpec, *, draws: int | None = None, quick: bool = False) -> Sizes:
    """Sizes of a study.

    Parameters
    ----------
    draws : int, optional
        Draws in all, instead of the file's; a power of two.
    quick : bool
        For a first impression: 256 runs of each cell under each party (a quarter of it for measures that walk further cases),
        one look, ends of ranges only where a word turns on them, no sensitivity, no table of coalitions. Where chance is large
        the words then say "not resolved".
    """
    epistemic, looks = spec.design.epistemic, spec.replications.stopping.looks
    sensitivity = spec.analysis.sensitivity
    sizes = Sizes(
        epistemic=epistemic.n,
        replicates=epistemic.replicates,
        looks=Looks(looks.first, looks.factor, looks.count),
        path_draws=spec.analysis.attribution.path_draws,
        table_draws=max(64, spec.analysis.attribution.path_draws // 8),
        end_runs=looks.first * looks.factor * looks.factor,
        bridging_draws=min(64, epistemic.n),
        bridging_runs=looks.first,
        sensitivity_n=sensitivity.n if sensitivity else 0,
        sensitivity_replicates=sensitivity.replicates if sensitivity else 0,
        sensitivity_runs=4 if sensitivity and sensitivity.noise_correction else 1,
    )
    if draws is not None:
        sizes = _shrunk(sizes, draws)
    return _quick(sizes, draws or QUICK_DRAWS) if quick else sizes


def _shrunk(sizes: Sizes, draws: int) -> Sizes:
    if draws < 16 or draws & (draws - 1):
        raise OutOfRangeError(f"draws = {draws}: a power of two from 16 is needed")
    sets = min(sizes.replicates, max(1, draws // 4))
    return replace(
        sizes,
        epistemic=draws // sets,
        replicates=sets,
        path_draws=min(sizes.path_draws, draws),
        table_draws=min(sizes.table_draws, max(16, draws // 8)),
        end_runs=min(sizes.end_runs, max(32, draws)),
        bridging_draws=min(sizes.bridging_draws, max(8, draws // 16)),
        sensitivity_n=min(sizes.sensitivity_n, draws),
    )


def _quick(sizes: Sizes, runs: int) -> Sizes:
    first = min(sizes.looks.first, runs)
    draws = max(8, 1 << ((runs // first).bit_length() - 1))
    return replace(
        sizes,
        epistemic=draws,
        replicates=1,
        looks=Looks(first, sizes.looks.factor, 1),
        path_draws=max(16, runs // 8),
        table_draws=0,
        end_runs=first,
        search_runs=max(1, first // 4),
        bridging_draws=4,
        bridging_runs=4,
        sensitivity_n=0,
        quick=True,
        heavy=QUICK_HEAVY,
    )
