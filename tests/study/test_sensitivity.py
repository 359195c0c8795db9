"""Sensitivity, boxes and value of information against the reference results of the method."""

from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from openiads.errors import OutOfRangeError
from openiads.study import prim, sensitivity, value_of_information
from openiads.study.keyed import uniforms

GROUPS = [[0], [1], [2]]


def ishigami(u: Any) -> Any:
    x = 2 * np.pi * u - np.pi
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def indices(seed: int, *, n: int, replicates: int = 8) -> Any:
    samples = sensitivity.pick_freeze(GROUPS, n=n, replicates=replicates, seed=seed)
    return sensitivity.sobol_indices([ishigami(s.points()) for s in samples], 3)


def test_eight_scrambles_reproduce_the_reference(methods_reference: Any) -> None:
    exact = methods_reference["ishigami_exact"]
    wanted = methods_reference["sobol_more"]["smooth_8x1024"]
    found = [indices(seed, n=1024) for seed in range(12)]
    totals = np.array([total.values for _, total in found])
    firsts = np.array([first.values for first, _ in found])
    halves = np.array([total.half_widths for _, total in found]).mean(axis=0)
    assert (np.sqrt(((totals - exact["ST"]) ** 2).mean(axis=0)) < 2 * np.array(wanted["rmse_ST"])).all()
    assert (np.sqrt(((firsts - exact["S1"]) ** 2).mean(axis=0)) < 2 * np.array(wanted["rmse_S1"])).all()
    assert halves == pytest.approx(wanted["hw_ST"], rel=0.5, abs=0)


def test_noise_is_taken_off(methods_reference: Any) -> None:
    wanted = methods_reference["noise_inflation_of_ST"]["results"]
    rng = np.random.default_rng(1)
    samples = sensitivity.pick_freeze(GROUPS, n=16384, replicates=1, seed=2)
    for runs in (4, 16):
        clean = ishigami(samples[0].points())
        noisy = clean + rng.normal(size=(runs, len(clean))) * np.sqrt(methods_reference["ishigami_exact"]["variance"])
        mean, spread = noisy.mean(axis=0), noisy.var(axis=0, ddof=1) / runs
        naive = sensitivity.sobol_indices([mean], 3)[1].values
        corrected = sensitivity.sobol_indices([mean], 3, noise=[spread])[1].values
        assert naive == pytest.approx(wanted[f"R{runs}"]["ST_naive"], rel=0, abs=0.02)
        assert corrected == pytest.approx(methods_reference["ishigami_exact"]["ST"], rel=0, abs=0.02)
        share = wanted[f"R{runs}"]["noise_share_of_output_variance"]
        assert sensitivity.noise_share(mean, spread) == pytest.approx(share, rel=0, abs=0.01)


def test_shapley_effects_of_ishigami(methods_reference: Any) -> None:
    found = sensitivity.shapley_effects(ishigami, GROUPS, n=1024, replicates=8, seed=3)
    exact = np.array(methods_reference["ishigami_exact"]["shapley_effects"])
    assert (np.abs(found.values - exact) < 2.5 * found.half_widths).all()
    assert found.values.sum() == pytest.approx(1.0, rel=0, abs=0.02)


def test_groups_are_frozen_together() -> None:
    samples = sensitivity.pick_freeze([[0, 2], [1]], n=512, replicates=8, seed=3)
    _, total = sensitivity.sobol_indices([ishigami(s.points()) for s in samples], 2)
    assert total.values == pytest.approx([0.5576, 0.4424], rel=0, abs=0.02)


def test_morris_puts_the_inert_input_last() -> None:
    def with_inert(u: Any) -> Any:
        return ishigami(u[:, :3])

    found = sensitivity.morris(with_inert, [[0], [1], [2], [3]], trajectories=40, seed=1)
    assert found.mean_absolute[3] == 0.0
    assert (found.mean_absolute[:3] > 3 * found.error[:3]).all()


def test_an_output_that_does_not_vary() -> None:
    samples = sensitivity.pick_freeze(GROUPS, n=16, replicates=2, seed=1)
    with pytest.raises(OutOfRangeError, match="nothing to attribute"):
        sensitivity.sobol_indices([np.ones(len(s.points())) for s in samples], 3)


def decision(reference: Any, *, n: int, seed: int) -> tuple[Any, Any]:
    case = reference["value_of_information"]
    u = uniforms(seed, "voi-test", shape=(n, 4))
    x = np.exp(np.log(case["medians"]) + np.array(case["log_sd"]) * ndtri(u))
    return u, x[:, 0] * x[:, 1] ** 0.25 * x[:, 2] * x[:, 3] - case["tau_km"]


def test_value_of_information_reproduces_the_reference(methods_reference: Any) -> None:
    case = methods_reference["value_of_information"]
    exact = list(case["EVPPI_exact_km"].values())
    large = np.array(
        [value_of_information.value_of_information(*decision(methods_reference, n=8192, seed=s)).partial for s in range(6)]
    )
    assert large.mean(axis=0) == pytest.approx(exact, rel=0, abs=1.2)  # km; the reference has RMSE 0.6 to 0.8
    small = np.array(
        [
            value_of_information.value_of_information(*decision(methods_reference, n=512, seed=s), seed=s).partial
            for s in range(12)
        ]
    )
    assert small.mean(axis=0)[2:] == pytest.approx(exact[2:], rel=0, abs=1.5), "the upward bias is taken off"
    assert value_of_information.value_of_information(*decision(methods_reference, n=8192, seed=1)).perfect == pytest.approx(
        case["EVPI_km"], rel=0, abs=2.5
    )


def reach(u: Any) -> tuple[Any, Any]:
    from toy import line_of_sight_km

    low = np.array([200, -3, 0, 5, 200, 2])
    high = np.array([450, np.log10(40), 1, 40, 402, np.log10(12000)])
    x = low + u * (high - low)
    sight = line_of_sight_km(mask_deg=x[:, 2], antenna_m=x[:, 3], target_m=10 ** x[:, 5])
    return x, np.minimum(np.minimum(x[:, 0] * 10 ** (x[:, 1] / 4), sight), x[:, 4]) >= 200.0


@pytest.mark.parametrize("n", [500, pytest.param(2000, marks=pytest.mark.nightly)])
def test_boxes_reproduce_the_reference(methods_reference: Any, n: int) -> None:
    wanted = methods_reference["prim_stability_claim_range_ge_200"][f"n{n}"]
    x, truth = reach(uniforms(99, "prim-test", shape=(16000, 6)))
    assert truth.mean() == pytest.approx(wanted["base_rate"], rel=0, abs=0.006)
    density, coverage = [], []
    for seed in range(8):
        box = prim.find_box(*reach(uniforms(seed, "prim", shape=(n, 6))))
        assert box is not None
        inside = box.inside(x)
        density.append(truth[inside].mean())
        coverage.append(truth[inside].sum() / truth.sum())
    assert float(np.mean(density)) == pytest.approx(wanted["test_density_mean"], rel=0, abs=0.06)
    assert float(np.mean(coverage)) == pytest.approx(wanted["test_coverage_mean"], rel=0, abs=0.08)


def test_a_box_with_its_stability() -> None:
    x, holds = reach(uniforms(1, "prim", shape=(1000, 6)))
    found = prim.stable_box(x, holds, resamples=10, seed=1)
    assert found is not None
    assert found.restricted_share[1] == found.restricted_share[5] == 1.0, "target size and altitude limit the box"
    assert found.restricted_share[4] <= 0.3
    assert prim.find_box(x, np.zeros(1000, bool)) is None
