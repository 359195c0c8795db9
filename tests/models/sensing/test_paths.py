"""The path in a run: gas calibrated out at the published point, rain and the sea on top, blind speeds, clutter in patches."""

import math
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from openiads import api
from openiads.errors import ScenarioError
from openiads.geo.angles import wrap
from openiads.models.sensing.kernels import into_patch
from openiads.models.sensing.lowering import radar_gain_db
from openiads.models.sensing.paths import paths_of
from openiads.physics.detection import detection_probability, fluctuation_shape
from openiads.records.case import RADARS
from openiads.records.state import CLOCK

SEARCH = "fire_units.unit-1.search_radar"


def paths(cases: ModuleType, **overrides: Any) -> Any:
    spec = cases.small(overrides).spec
    radar = spec.fire_units["unit-1"].search_radar
    return paths_of(radar, spec.sensing, antenna_height_m=910.0, refraction_factor=spec.atmosphere.refraction_factor)


def snr_at_published_point(path: Any) -> float:
    """SNR on the published target, with the run's own functions: gain, R^4 and the change on the path. [dB]"""
    radar = path.radar
    range_m = radar.range_km * 1000.0
    height = np.asarray(radar.reference_altitude_m)
    change_db = path.change_db(range_m=np.asarray(range_m), ground_m=np.asarray(range_m), height_m=height)
    return (
        radar_gain_db(radar, path) + 10.0 * math.log10(radar.rcs_m2) - 40.0 * math.log10(radar.range_km) + float(change_db)
    )


@pytest.mark.parametrize("gas", ["p676", "none"])
def test_the_published_point_holds_through_the_air_of_the_run(cases: ModuleType, gas: str) -> None:
    path = paths(cases, **{"sensing.gas": gas, f"{SEARCH}.frequency_ghz": 10.0, f"{SEARCH}.range_km": 200.0})
    radar = path.radar
    shape = fluctuation_shape(swerling=radar.swerling_reference, pulses=radar.pulses_integrated)
    snr = 10.0 ** (snr_at_published_point(path) / 10.0)
    p_d, _ = detection_probability(snr=snr, p_fa=radar.p_false_alarm, pulses=radar.pulses_integrated, shape=shape)
    assert float(p_d) == pytest.approx(radar.p_detection, rel=0, abs=1e-9)


def test_gas_takes_range_from_low_targets_only(cases: ModuleType) -> None:
    """Calibrated at 10 km of altitude: at the same range a target at 1 km is seen through denser air, one overhead through less."""
    path = paths(cases, **{f"{SEARCH}.frequency_ghz": 10.0, f"{SEARCH}.range_km": 100.0})
    with_gas = radar_gain_db(path.radar, path)
    at = {"range_m": np.full(3, 1e5), "ground_m": np.array([1e5, 1e5, 1.0]), "height_m": np.array([1e4, 2e3, 1e5])}
    relative_db = with_gas + path.change_db(**at)
    assert relative_db[1] < relative_db[0] - 0.1
    assert relative_db[2] > relative_db[0] + 0.3
    nothing = paths(cases, **{"sensing.gas": "none", f"{SEARCH}.frequency_ghz": 10.0, f"{SEARCH}.range_km": 100.0})
    assert radar_gain_db(nothing.radar, nothing) == pytest.approx(relative_db[0], rel=0, abs=1e-6)


def test_rain_is_not_calibrated_out(cases: ModuleType) -> None:
    wet = {"sensing.rain": "everywhere", "sensing.rain_mmph": 10.0, "sensing.rain_top_m": 3000.0}
    path = paths(cases, **{**wet, f"{SEARCH}.frequency_ghz": 10.0})
    dry = paths(cases, **{f"{SEARCH}.frequency_ghz": 10.0})
    assert snr_at_published_point(path) < snr_at_published_point(dry) - 1.0
    assert radar_gain_db(path.radar, path) == radar_gain_db(dry.radar, dry)


def test_blind_speeds(cases: ModuleType) -> None:
    """lambda PRF / 2: 3 GHz and 2 kHz give 99.9 m/s; twice that too. Half-way, three pulses are 4.3 dB above their mean."""
    path = paths(cases, **{f"{SEARCH}.prf_hz": 2000.0, f"{SEARCH}.mti_pulses": 3})
    blind = 299_792_458.0 / 3e9 * 2000.0 / 2.0
    response = path.canceller_db(np.array([0.0, blind, 2.0 * blind, 0.5 * blind]))
    assert response[:3] == pytest.approx([-60.0] * 3, rel=0, abs=1e-9)
    assert response[3] == pytest.approx(10.0 * math.log10(16.0 / 6.0), rel=1e-9, abs=0)
    speeds = np.linspace(0.0, blind, 20001)
    mean = (10.0 ** (path.canceller_db(speeds[:-1]) / 10.0)).mean()
    assert mean == pytest.approx(1.0, rel=0, abs=1e-5)
    staggered = paths(cases, **{f"{SEARCH}.prf_hz": 2000.0, f"{SEARCH}.mti_pulses": 3, f"{SEARCH}.mti_stagger": [25, 30]})
    assert float(staggered.canceller_db(np.array([blind]))[0]) > -10.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({f"{SEARCH}.mti_pulses": 3}, "prf_hz is missing"),
        ({f"{SEARCH}.mti_pulses": 3, f"{SEARCH}.prf_hz": 1e3, f"{SEARCH}.mti_stagger": [1.0]}, "one less than the pulses"),
    ],
)
def test_cancellers_that_cannot_be(cases: ModuleType, change: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        cases.small(change)


def test_an_object_at_a_blind_speed_is_not_seen(cases: ModuleType) -> None:
    """Flown straight at the radar at the blind speed: looks that remain are those where it does not come straight."""
    speed = 299_792_458.0 / 3e9 * 5000.0 / 2.0  # 249.8 m/s
    counts = {}
    for name, pulses in (("without", None), ("with", 2)):
        edited = {f"{SEARCH}.prf_hz": 2300.0 if pulses is None else 5000.0, "objects.raider.motion.speed_mps": speed}
        if pulses is not None:
            edited |= {f"{SEARCH}.mti_pulses": pulses, f"{SEARCH}.instrumented_range_km": 29.0}
        else:
            edited |= {f"{SEARCH}.instrumented_range_km": 29.0}
        lowered = cases.lowered(cases.small(edited))
        o, r = lowered.names.objects.index("raider"), lowered.names.radars.index(("unit-1", "search"))
        rows = lowered.case.calendar[(lowered.case.calendar["kind"] == 1) & (lowered.case.calendar["index"] == r)]
        looks = [lowered.case.looks[row["first"] : row["first"] + row["count"]] for row in rows]
        mine = np.concatenate(looks)
        counts[name] = mine["snr_1m2_db"][mine["object"] == o]
    assert len(counts["with"]) <= len(counts["without"])
    assert np.median(counts["with"]) < np.median(counts["without"]) - 10.0


def test_over_the_sea_low_flyers_fade(cases: ModuleType) -> None:
    """10 m above the sea, 2 km before the horizon of an antenna at 20 m."""
    free, sea = (replace(paths(cases, **{"sensing.surface": s}), antenna_height_m=20.0) for s in ("none", "sea"))
    low = {"range_m": np.array([29.4e3]), "ground_m": np.array([29.4e3]), "height_m": np.array([10.0])}
    assert sea.change_db(**low)[0] < free.change_db(**low)[0] - 10.0


def test_patches_keep_alarms_in_their_square() -> None:
    radar, clock = np.zeros(1, RADARS)[0], np.zeros(1, CLOCK)
    radar["clutter_patch_m"], radar["beam_azimuth_rad"] = 2000.0, 0.03
    uniform = np.random.default_rng(1).uniform(size=(4000, 2))
    moved = np.array([into_patch(radar, clock, 40e3 + 20e3 * a, 0.2 + 0.1 * b) for a, b in uniform[:, :2]])
    square = 2.0 * math.pi / 40
    ranges, azimuths = moved[:, 0], moved[:, 1]
    first = (0.2 + 0.1 * uniform[:, 1]) // square
    for k in np.unique(first):
        inside = first == k
        assert np.ptp(ranges[inside]) <= 2000.0
        assert np.ptp(azimuths[inside]) <= 0.03
        assert 40e3 <= ranges[inside].min() <= ranges[inside].max() <= 60e3
        assert k * square <= azimuths[inside].min() <= azimuths[inside].max() <= (k + 1) * square
    clock[0]["replication"] = 1
    assert into_patch(radar, clock, 45e3, 0.25) != pytest.approx(into_patch(radar, np.zeros(1, CLOCK), 45e3, 0.25))
    assert wrap(float(azimuths[0])) == pytest.approx(float(azimuths[0]))


def test_clustered_false_alarms_are_as_many_and_make_false_tracks(cases: ModuleType) -> None:
    """The number per look stays; what does not move from scan to scan becomes a firm false track."""
    found = {}
    for kind in ("uniform", "clustered"):
        scenario = cases.small({"sensing.false_alarms": kind, "control.weapons": "hold"})
        found[kind] = cases.run(scenario, 40, level="counts")
    alarms = {kind: cases.column(table["counts"], "false_alarms") for kind, table in found.items()}
    assert np.array_equal(alarms["uniform"], alarms["clustered"])
    false_tracks = {kind: int(cases.column(table["counts"], "false_tracks_firm").sum()) for kind, table in found.items()}
    assert false_tracks["clustered"] > 1.5 * false_tracks["uniform"]


def test_rates_of_a_run_do_not_hang_on_the_switch_of_another(cases: ModuleType) -> None:
    """Defaults: gas on, everything else off."""
    sensing = api.load_scenario(cases.SMALL).spec.sensing
    assert (sensing.gas, sensing.rain, sensing.surface, sensing.false_alarms) == ("p676", "none", "none", "uniform")
    assert (sensing.rain_mmph, sensing.wave_height_rms_m, sensing.clutter_share) == (None, None, None)
