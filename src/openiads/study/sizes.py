"""How large a study is: draws, looks, paths; as the file says, or smaller for a quick look."""

from dataclasses import dataclass, replace
from typing import Final

from openiads.errors import OutOfRangeError
from openiads.study.looks import Looks
from openiads.study.spec import StudySpec

QUICK_DRAWS: Final = 256
QUICK_LOOKS: Final = 1
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
    sensitivity_n: int
    sensitivity_replicates: int
    sensitivity_runs: int
    quick: bool = False

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
        256 draws, one look, no sensitivity: for a first impression. The words then mostly say "not resolved" where chance is large.
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
        sensitivity_n=sensitivity.n if sensitivity else 0,
        sensitivity_replicates=sensitivity.replicates if sensitivity else 0,
        sensitivity_runs=4 if sensitivity and sensitivity.noise_correction else 1,
    )
    if quick and draws is None:
        draws = QUICK_DRAWS
    if draws is not None:
        sizes = _shrunk(sizes, draws)
    return replace(sizes, quick=True, looks=replace(sizes.looks, count=QUICK_LOOKS), sensitivity_n=0) if quick else sizes


def _shrunk(sizes: Sizes, draws: int) -> Sizes:
    if draws < 16:
        raise OutOfRangeError(f"{draws} draws are too few; 16 are the least")
    sets = min(sizes.replicates, max(1, draws // 4))
    each = max(1, draws // sets)
    return replace(
        sizes,
        epistemic=each,
        replicates=sets,
        path_draws=min(sizes.path_draws, draws),
        table_draws=min(sizes.table_draws, max(16, draws // 8)),
        end_runs=min(sizes.end_runs, draws),
        bridging_draws=min(sizes.bridging_draws, max(8, draws // 16)),
    )
