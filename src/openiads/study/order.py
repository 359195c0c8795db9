"""What is run: a study, how large, with which seed; and what makes two results folders the same study."""

from dataclasses import dataclass
from typing import Any, Final

from openiads.errors import StudyError
from openiads.study.loading import Study
from openiads.study.lock import Lock
from openiads.study.model import Model
from openiads.study.sizes import Sizes, sizes_of

MANIFEST: Final = "study.json"
SCENARIO: Final = "scenario.yaml"
FORMAT: Final = 1
RNG: Final = "philox4x32-10/own-inverse-cdf/1"


@dataclass(frozen=True)
class Order:
    """What is run: a study, how large, with which seed, and the lock when it is registered."""

    study: Study
    sizes: Sizes
    seed: int
    lock: Lock | None = None

    @property
    def draft(self) -> bool:
        """Whether nothing was registered: page one then says so."""
        return self.lock is None

    def identity(self) -> dict[str, Any]:
        """What makes two results folders the same study."""
        from openiads.results.manifest import PLATFORM, software_versions  # noqa: PLC0415

        software = software_versions()
        return {
            "study_sha256": self.study.sha256,
            "lock_sha256": None if self.lock is None else self.lock.sha256,
            "seed": self.seed,
            "sizes": _plain_sizes(self.sizes),
            "software": {name: software[name] for name in PLATFORM},
        }


def _plain_sizes(sizes: Sizes) -> dict[str, Any]:
    found = {k: v for k, v in vars(sizes).items() if k != "looks"}
    return {**found, "looks": list(sizes.looks.sizes), "looks_planned": sizes.looks.planned}


def order_of(
    study: Study, *, lock: Lock | None = None, draws: int | None = None, quick: bool = False, seed: int | None = None
) -> Order:
    """The order for a study as its file or its lock says.

    Raises
    ------
    StudyError
        When a party that committed has not revealed its value yet.
    """
    chosen = seed
    if lock is not None and (chosen := lock.seed) is None:
        open_parties = sorted(set(lock.data["commitments"]) - set(lock.data["revealed"]))
        raise StudyError(
            f"{lock.path}: {', '.join(open_parties)} committed to a value and has not revealed it, so there is no seed yet. "
            "Reveal: openiads study register LOCK --reveal PARTY=VALUE"
        )
    return Order(
        study,
        sizes_of(study.spec, draws=draws, quick=quick),
        study.spec.replications.seed if chosen is None else chosen,
        lock,
    )


def engine_of(study: Study) -> Model:
    """The simulator as the model of a study."""
    from openiads.study.engine_model import EngineModel  # noqa: PLC0415 - brings the engine along

    return EngineModel(study.spec, study.scenario)
