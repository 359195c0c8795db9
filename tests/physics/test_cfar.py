import numpy as np
import pytest
from scipy import integrate, stats

from openiads.errors import OutOfRangeError
from openiads.physics import cfar
from openiads.physics.detection import detection_probability


def test_cell_averaging_matches_printed_and_fifty_digit_values():
    assert float(cfar.ca_multiplier(p_fa=0.01, cells=20)) == pytest.approx(5.17850824, rel=0, abs=1e-8)
    assert float(cfar.ca_multiplier(p_fa=1e-6, cells=16)) == pytest.approx(21.941979290586485, rel=1e-12)
    p_d = cfar.ca_detection_probability(snr=10.0, p_fa=1e-6, cells=16, shape=1.0)
    assert float(p_d) == pytest.approx(0.15261462266310094, rel=1e-12)
    assert cfar.ca_loss_db(p_d=0.5, p_fa=1e-6, cells=16, swerling=1) == pytest.approx(1.9957039875991376, rel=1e-11)


def test_the_multiplier_of_a_full_window_on_half_of_it_raises_false_alarms_tenfold():
    alpha = float(cfar.ca_multiplier(p_fa=0.01, cells=20))
    half = (1 + alpha / 20) ** -10
    assert half == pytest.approx(0.1, rel=0.01)
    assert (1 + float(cfar.ca_multiplier(p_fa=0.01, cells=10)) / 10) ** -10 == pytest.approx(0.01, rel=1e-12)


@pytest.mark.parametrize("shape", [np.inf, 1.0, 2.0])
@pytest.mark.parametrize("pulses", [1, 4])
def test_detection_behind_cell_averaging_is_the_mean_over_the_noise_estimate(shape, pulses):
    from openiads.physics.detection import detection_probability_above

    cells, p_fa, snr = 8, 1e-3, 6.0
    alpha = float(cfar.ca_multiplier(p_fa=p_fa, cells=cells, pulses=pulses))
    total = stats.gamma(cells * pulses)

    def given(total_noise):
        p_d, _ = detection_probability_above(snr=snr, threshold=alpha * total_noise / cells, pulses=pulses, shape=shape)
        return float(p_d) * total.pdf(total_noise)

    mean, _ = integrate.quad(given, total.ppf(1e-13), total.isf(1e-13), epsabs=1e-10)
    got = cfar.ca_detection_probability(snr=snr, p_fa=p_fa, cells=cells, shape=shape, pulses=pulses)
    assert float(got) == pytest.approx(mean, rel=0, abs=1e-8)
    none = cfar.ca_detection_probability(snr=0.0, p_fa=p_fa, cells=cells, shape=2.0, pulses=pulses)
    assert float(none) == pytest.approx(p_fa, rel=1e-9)


def test_many_cells_know_the_noise():
    p_d = cfar.ca_detection_probability(snr=10.0, p_fa=1e-4, cells=100_000, shape=1.0)
    known, _ = detection_probability(snr=10.0, p_fa=1e-4, pulses=1, shape=1.0)
    assert float(p_d) == pytest.approx(float(known), rel=1e-3)
    assert cfar.ca_loss_db(p_d=0.5, p_fa=1e-4, cells=100_000, swerling=1) == pytest.approx(0.0, abs=1e-3)


def test_loss_by_root_finding_agrees_with_its_closed_form_and_falls_with_cells():
    closed = cfar.ca_loss_db(p_d=0.5, p_fa=1e-4, cells=16, swerling=1)
    snr = 10 ** (closed / 10) * (np.log(1e-4) / np.log(0.5) - 1)
    assert float(cfar.ca_detection_probability(snr=snr, p_fa=1e-4, cells=16, shape=1.0)) == pytest.approx(0.5, rel=1e-10)
    losses = [cfar.ca_loss_db(p_d=0.5, p_fa=1e-4, cells=cells, swerling=0) for cells in (8, 16, 32)]
    assert losses[0] > losses[1] > losses[2] > 0


def test_ordered_statistic_matches_fifty_digit_values():
    assert float(cfar.os_multiplier(p_fa=1e-6, cells=24, rank=18)) == pytest.approx(16.293287813470254, rel=1e-12)
    assert float(cfar.os_multiplier(p_fa=1e-8, cells=180, rank=179)) == pytest.approx(4.689550569141679, rel=1e-12)


def test_ordered_statistic_of_one_cell_is_cell_averaging_of_one_cell():
    p_fa = np.array([1e-2, 1e-4])
    assert cfar.os_multiplier(p_fa=p_fa, cells=1, rank=1) == pytest.approx(cfar.ca_multiplier(p_fa=p_fa, cells=1), rel=1e-12)
    p_d = cfar.os_detection_probability(snr=[3.0, 30.0], p_fa=1e-2, cells=1, rank=1)
    assert p_d == pytest.approx(cfar.ca_detection_probability(snr=[3.0, 30.0], p_fa=1e-2, cells=1, shape=1.0), rel=1e-12)


def test_ordered_statistic_loses_a_little_more_than_cell_averaging():
    loss = cfar.os_loss_db(p_d=0.5, p_fa=1e-6, cells=24, rank=18)
    average = cfar.ca_loss_db(p_d=0.5, p_fa=1e-6, cells=24, swerling=1)
    assert 0.2 < loss - average < 0.8
    snr = 10 ** (loss / 10) * (np.log(1e-6) / np.log(0.5) - 1)
    assert float(cfar.os_detection_probability(snr=snr, p_fa=1e-6, cells=24, rank=18)) == pytest.approx(0.5, rel=1e-10)


def test_impossible_windows_are_refused():
    with pytest.raises(OutOfRangeError, match="rank = 25 of cells = 24"):
        cfar.os_multiplier(p_fa=1e-6, cells=24, rank=25)
    with pytest.raises(OutOfRangeError, match="cells = 0"):
        cfar.ca_multiplier(p_fa=1e-6, cells=0)
