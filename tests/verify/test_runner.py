import math

import numpy as np
import pytest

from openiads.verify import adapters, check_case, load_cases, report_lines, summarize, verify
from openiads.verify.cases import parse_cases
from openiads.verify.compare import error_in_tolerances
from openiads.verify.inputs import FREQUENCY, RATIO, NotBuiltError, read, read_db

BUILT = (
    "radar_range_equation",
    "radar_search_equation",
    "noise_temperature",
    "detection_probability",
    "detection_threshold",
    "required_snr",
    "marcum_q",
    "shnidman",
    "albersheim",
    "binary_integration",
    "cfar",
    "measurement_accuracy",
    "waveform",
    "mti",
    "surface_clutter",
    "jamming",
    "proportion_interval",
    "common_random_numbers",
    "sequential_stopping",
    "consistency",
    "sensitivity",
)


def one(**changes):
    case = {"id": "a", "topic": "t", "inputs": {}, "expected": {"x": 2.0}, "rtol": 0.1} | changes
    return parse_cases({"cases": [case]}, name="cases.json")[0]


@pytest.mark.parametrize("topic", BUILT)
def test_every_case_of_the_shipped_pack_passes(topic):
    results = [check_case(case) for case in load_cases() if case.topic == topic]
    assert results
    assert [(r.case.id, r.message) for r in results if not r.passed] == []


def test_no_case_of_the_shipped_pack_fails():
    results = verify(load_cases())
    assert [(r.case.id, r.message) for r in results if r.built and not r.passed] == []
    assert len(results) == 235


def test_negative_controls_are_marked_and_met():
    controls = [case for case in load_cases() if case.negative_control]
    assert {case.id for case in controls} >= {"pd-radarsimpy-sw4-known-wrong", "pd-tcl-sw4-comment-stale"}
    assert all(check_case(case).passed for case in controls if case.topic == "detection_probability")


@pytest.mark.parametrize(
    ("value", "expected", "rtol", "atol", "error"),
    [
        (2.1, 2.0, 0.1, 0.0, 0.5),
        (2.1, 2.0, 0.0, 0.05, 2.0),
        (-2.2, -2.0, 0.1, 0.2, 0.5),
        ([1.0, 2.2], [1.0, 2.0], 0.1, 0.0, 1.0),
        (np.array([[1.0], [2.0]]), [[1.0], [2.4]], 0.0, 0.4, 1.0),
        (3, 3, 0.0, 0.0, 0.0),
        (3.0000001, 3, 0.0, 0.0, math.inf),
        ([1.0], [1.0, 2.0], 1.0, 1.0, math.inf),
        (math.nan, 2.0, 1.0, 1.0, math.inf),
        (None, 2.0, 1.0, 1.0, math.inf),
        (True, True, 0.0, 0.0, 0.0),
        (1, True, 1.0, 1.0, math.inf),
        (True, 1.0, 1.0, 1.0, math.inf),
        ("duct", "duct", 0.0, 0.0, 0.0),
        ("duct", "super", 9.0, 9.0, math.inf),
        ({"a": 1.0, "b": 2}, {"a": 1.1}, 0.0, 0.2, 0.5),
        ({"b": 2}, {"a": 1.1}, 0.0, 0.2, math.inf),
    ],
)
def test_errors_are_in_units_of_the_tolerance(value, expected, rtol, atol, error):
    got = error_in_tolerances(value, expected, rtol=rtol, atol=atol)
    assert got == (error if math.isinf(error) else pytest.approx(error, rel=1e-9))


def test_a_wrong_value_fails_and_says_so():
    result = check_case(one(), {"t": lambda inputs: {"x": 3.0}})
    assert (result.passed, result.error) == (False, pytest.approx(5.0))
    assert result.message == "x is 3.0, expected 2.0"


def test_a_bare_value_answers_a_case_with_one_expected_value():
    assert check_case(one(), {"t": lambda inputs: 2.0}).passed
    assert not check_case(one(expected={"x": 2.0, "y": 2.0}), {"t": lambda inputs: 2.0}).passed


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyError("range_m"), "the inputs lack 'range_m'"),
        (ValueError("no"), "ValueError: no"),
        (ZeroDivisionError("z"), "z"),
    ],
)
def test_a_mistake_in_the_inputs_fails_the_case_and_ends_nothing(error, words):
    def broken(inputs):
        raise error

    result = check_case(one(), {"t": broken})
    assert (result.built, result.passed) == (True, False)
    assert words in result.message


def test_an_expected_value_that_the_adapter_does_not_give_fails():
    result = check_case(one(), {"t": lambda inputs: {"y": 2.0}})
    assert not result.passed
    assert result.message == "these inputs give no x"


def test_what_nothing_answers_is_not_built_rather_than_failed():
    def unfinished(inputs):
        raise NotBuiltError("later")

    for table in ({}, {"t": unfinished}):
        result = check_case(one(), table)
        assert (result.built, result.passed) == (False, False)


def test_the_table_counts_by_topic_and_gives_the_worst_error():
    cases = parse_cases(
        {
            "cases": [
                {"id": "a", "topic": "t", "inputs": {"x": 2.1}, "expected": {"x": 2.0}, "atol": 0.2},
                {"id": "b", "topic": "t", "inputs": {"x": 2.6}, "expected": {"x": 2.0}, "atol": 0.2},
                {"id": "c", "topic": "u", "inputs": {}, "expected": {"x": 2.0}},
                {"id": "d", "topic": "v", "inputs": {"x": 2.0}, "expected": {"x": 2.0}},
            ]
        },
        name="cases.json",
    )
    table = {"t": dict, "v": dict}
    results = [check_case(case, table) for case in cases]
    rows = {topic.name: topic for topic in summarize(results)}
    assert (rows["t"].passed, rows["t"].failed, rows["t"].not_built) == (1, 1, 0)
    assert rows["t"].worst == pytest.approx(3.0)
    lines = report_lines(results)
    assert lines[1].split() == ["t", "1", "1", "3"]
    assert lines[2].split(maxsplit=1) == ["u", "not built: 1 case"]
    assert lines[3].split() == ["v", "1", "0", "none"]
    assert lines[4] == "failed: t: b: x is 2.6, expected 2.0"
    assert lines[-1] == "4 cases: 2 passed, 1 failed, 1 not built"


def test_quantities_are_read_in_the_units_they_come_in():
    assert read({"frequency_ghz": 3.0}, "frequency", units=FREQUENCY) == 3e9
    assert read({"snr": 4.0}, "snr", units=RATIO) == 4.0
    assert read({"snr_db": 20.0}, "snr", units=RATIO) == pytest.approx(100.0)
    assert read_db({"gain_linear": 100.0}, "gain") == pytest.approx(20.0)
    assert read_db({"sidelobe_gain_dbi": -5.0}, "sidelobe_gain") == -5.0
    with pytest.raises(KeyError, match="range_hz"):
        read({}, "range", units=FREQUENCY)


def test_topics_have_one_adapter_each():
    assert set(BUILT) <= set(adapters())


@pytest.mark.parametrize(
    ("topic", "inputs", "name", "value"),
    [
        ("detection_probability", {"pfa": 1e-6, "snr_db": 13, "n_pulses": 1, "swerling": 5}, "pd", 0.87444),
        ("detection_probability", {"pfa": 1e-6, "snr_linear": 10, "swerling": 1}, "pd", 1e-6 ** (1 / 11)),
        ("radar_range_equation", {"peak_power_kw": 1e3, "gain_db": 30, "frequency_ghz": 10, "rcs_dbsm": 0, "range_km": 50,
                                  "pulse_width_us": 1, "noise_figure_db": 0}, "snr_db", 12.5765),
        ("waveform", {"prf_hz": 1000, "wavelength_m": 0.1, "pulse_width_us": 10}, "duty_factor", 0.01),
        ("waveform", {"bandwidth_mhz": 1}, "range_resolution_m", 149.896229),
        ("noise_temperature", {"noise_figures_db": [2, 6], "gains_db": [15]}, "noise_figure_db", 2.2509),
        ("jamming", {"peak_power_w": 1e5, "antenna_gain_db": 35, "rcs_m2": 5, "radar_bandwidth_hz": 1e6, "jammer_power_w": 100,
                     "jammer_gain_db": 6, "jammer_bandwidth_hz": 2e7, "range_m": 2514.172478}, "s_to_j_db", 0.0),
        ("measurement_accuracy", {"bandwidth_hz": 1e6, "snr_db": 13.0103}, "sigma_range_m", 23.7007),
        ("mti", {"pulses_in_canceller": 3, "doppler_over_prf": 0.25}, "power_response", 4.0),
        ("waveform", {"prf_hz": 300, "beamwidth_deg": 1.5, "scan_rate_deg_per_s": 30}, "n_pulses", 15.0),
        ("detection_probability", {"a": 5.0, "b": 5.0}, "pd", 0.5400983867737184),
        ("jamming", {"system_temperature_k": 500, "jammer_power_w": 100, "jammer_gain_db": 6, "jammer_bandwidth_hz": 2e7,
                     "jammer_range_m": 150e3, "sidelobe_gain_dbi": -5, "wavelength_m": 0.1}, "jammed_temperature_k", 1783.17),
        ("surface_clutter", {"range_m": 1e3, "azimuth_beamwidth_deg": 1, "elevation_beamwidth_deg": 3, "grazing_angle_deg": 10,
                             "pulse_width_s": 1e-5}, "patch_area_m2", 5262.7),
        ("surface_clutter", {"gamma_db": -20, "grazing_angle_deg": 30}, "nrcs_m2_per_m2", 0.005),
        ("proportion_interval", {"successes": 0, "trials": 100, "method": "zero events, one-sided"}, "upper", 0.029513),
        ("sequential_stopping", {"half_width": 0.01, "confidence": 0.95, "method": "hoeffding"}, "n_required", 18445),
    ],
)  # fmt: skip
def test_other_combinations_of_inputs_are_understood(topic, inputs, name, value):
    answer = adapters()[topic](inputs)
    assert float(answer[name]) == pytest.approx(value, rel=1e-3, abs=1e-5)
