"""The toy kernel of the method's golden study: reach as the least of radar range, line of sight and missile range. A
fixture of tests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.constants import MEAN_EARTH_RADIUS_M, STANDARD_REFRACTION_FACTOR
from openiads.study.model import Batch, MeasureInfo, Outcomes
from openiads.study.spec import MeasureSpec

Array = NDArray[np.float64]
EFFECTIVE_M = STANDARD_REFRACTION_FACTOR * MEAN_EARTH_RADIUS_M
RCS = {"large": "rcs_large", "fighter": "rcs_fighter", "low": "rcs_low"}
SENSOR_M = 9000.0


def line_of_sight_km(*, mask_deg: Array, antenna_m: Array, target_m: float) -> Array:
    """Farthest ground range at which a target clears a mask angle, on the 4/3 earth."""
    slope = np.tan(np.radians(mask_deg))
    above = np.maximum(target_m - antenna_m, 0.0)
    return EFFECTIVE_M * (np.sqrt(slope * slope + 2.0 * above / EFFECTIVE_M) - slope) / 1000.0


def elevated_km(target_m: float) -> float:
    return float(np.sqrt(2.0 * EFFECTIVE_M * SENSOR_M) + np.sqrt(2.0 * EFFECTIVE_M * target_m)) / 1000.0


@dataclass(frozen=True)
class ToyRange:
    """r_det = min(R1 sigma^1/4, line of sight), r_eng = min(r_det, R_kin). With `noise` runs scatter by exp(noise z)."""

    noise: float = 0.0
    name: str = "toy_range_v1"
    runs_per_block: int = 1 << 15

    def info(self, measure: MeasureSpec) -> MeasureInfo:
        if self.noise == 0.0:
            return MeasureInfo("exact")
        return MeasureInfo("bounded", (0.0, 1.0)) if measure.type == "coverage_fraction" else MeasureInfo("mean")

    def evaluate(self, batch: Batch) -> Outcomes:
        w, options, conditions = batch.worlds, dict(batch.cell.options), dict(batch.cell.conditions)
        h_t = float(conditions.get("h_t", 3000.0))
        size = RCS[str(conditions.get("target_class", "fighter")).split("_")[0].split("-")[0]]
        sight = line_of_sight_km(mask_deg=w["mask_deg"], antenna_m=w["h_ant"], target_m=h_t)
        if options.get("cueing") == "elevated_cue":
            sight = np.maximum(sight, elevated_km(h_t))
        detect = np.minimum(w["R1"] * w[size] ** 0.25, sight)[:, None]
        if self.noise:
            detect = detect * np.exp(self.noise * self.chance(batch))
        engage = np.minimum(detect, np.asarray(w["R_kin"])[:, None])
        covered = np.minimum(detect / 400.0, 1.0) ** 2
        named = {"r_det": detect, "r_eng": engage, "cov400": covered}
        return {name: np.stack([named[name], np.ones_like(named[name])], axis=-1) for name in batch.measures}

    def chance(self, batch: Batch) -> Array:
        """Standard normals keyed by seed and replication alone: common to all worlds that share them."""
        from scipy.special import ndtri

        from openiads.study.keyed import uniforms

        r = batch.first[:, None] + np.arange(batch.count)
        numbers, where = np.unique(r, return_inverse=True)
        u = uniforms(batch.seed, "toy", shape=(int(numbers[-1]) + 1,))[numbers]
        return np.asarray(ndtri(u)[where.reshape(r.shape)])
