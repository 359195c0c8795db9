"""Cases of the same topics that the pack does not hold: shapes between the Swerling cases, lists, other units, edges."""

import math
from typing import Any

import pytest
from scipy.stats import gamma, ncx2

from openiads.errors import OutOfRangeError
from openiads.verify.runner import adapters


def answer(topic: str, **inputs: Any) -> Any:
    return adapters()[topic](inputs)


@pytest.mark.parametrize("name", ["kappa", "shape_kappa", "chi_square_shape", "chi_square_shape_kappa", "shape"])
def test_a_shape_by_any_of_its_names(name: str) -> None:
    expected = answer("detection_probability", pfa=1e-6, snr_db=10, n_pulses=10, swerling=3)  # shape 2
    assert answer("detection_probability", pfa=1e-6, snr_db=10, n_pulses=10, **{name: 2.0}) == expected
    assert answer("detection_probability", pfa=1e-6, snr_db=10, n_pulses=10, degrees_of_freedom=4) == expected


def test_a_shape_between_the_cases_against_quadrature() -> None:
    """kappa = 0.7, ten pulses: the mean of the steady Pd over the gamma density of the power."""
    from scipy.integrate import quad

    threshold = answer("detection_threshold", pfa=1e-6, n_pulses=10)["threshold"]
    mean = 10.0 * 10.0
    power = gamma(0.7, scale=mean / 0.7)
    found = quad(
        lambda x: ncx2.sf(2.0 * threshold, 20, 2.0 * x) * power.pdf(x), 0.0, 4000.0, points=[1, 20, 100], limit=400
    )[0]
    assert answer("detection_probability", pfa=1e-6, snr_db=10, n_pulses=10, kappa=0.7)["pd"] == pytest.approx(
        found, rel=1e-6, abs=0
    )


def test_a_case_that_is_none_is_refused_not_rounded() -> None:
    with pytest.raises(OutOfRangeError, match="give a shape between them as kappa"):
        answer("detection_probability", pfa=1e-6, snr_db=10, n_pulses=10, swerling=1.5)
    assert answer("detection_probability", pfa=1e-6, snr_db=10, swerling="III") == answer(
        "detection_probability", pfa=1e-6, snr_db=10, swerling=3
    )


def test_lists_go_element_by_element() -> None:
    one = [answer("detection_probability", pfa=1e-6, snr_db=level, n_pulses=4, swerling=1)["pd"] for level in (0, 10, 20)]
    assert answer("detection_probability", pfa=1e-6, snr_db=[0, 10, 20], n_pulses=4, swerling=1)["pd"] == one
    assert len(answer("required_snr", pd=[0.5, 0.9], pfa=1e-6, n_pulses=4, swerling=1)["snr_db"]) == 2
    assert len(answer("detection_threshold", pfa=[1e-6, 1e-4], n_pulses=4)["threshold"]) == 2
    with pytest.raises(OutOfRangeError, match="differ in length"):
        answer("detection_probability", pfa=[1e-6, 1e-5], snr_db=[0, 10, 20])


def test_large_n_and_small_p_fa() -> None:
    found = answer("detection_probability", pfa=1e-12, snr_db=-10, n_pulses=4096, swerling=0)
    threshold = answer("detection_threshold", pfa=1e-12, n_pulses=4096)["threshold"]
    assert found["pd"] == pytest.approx(ncx2.sf(2.0 * threshold, 8192, 2.0 * 4096 * 0.1), rel=1e-9, abs=0)
    assert found["pd"] + found["p_miss"] == pytest.approx(1.0, rel=0, abs=1e-12)


def test_units_and_inverses() -> None:
    level_db = 10.0 * math.log10(11.0)
    assert answer("detection_probability", threshold_db=level_db, snr_db=10, swerling=1)["pd"] == pytest.approx(
        answer("detection_probability", threshold=11.0, snr_linear=10.0, swerling=1)["pd"], rel=1e-12, abs=0
    )
    multiplier = answer("cfar", n_reference_cells=20, pfa=0.01)["threshold_multiplier"]
    assert answer("cfar", n_reference_cells=20, threshold_multiplier=multiplier)["pfa"] == pytest.approx(
        0.01, rel=1e-12, abs=0
    )
    multiplier = answer("cfar", n_reference_cells=24, rank_k=18, pfa=1e-6)["threshold_multiplier"]
    assert answer("cfar", n_reference_cells=24, rank_k=18, threshold_multiplier=multiplier)["pfa"] == pytest.approx(
        1e-6, rel=1e-9, abs=0
    )
    in_hertz = answer("measurement_accuracy", rms_bandwidth_mhz=1.0, snr_db=13)["sigma_delay_s"]
    in_radians = answer("measurement_accuracy", rms_bandwidth_rad_per_s=2e6 * math.pi, snr_db=13)["sigma_delay_s"]
    assert in_hertz == pytest.approx(in_radians, rel=1e-12, abs=0)
