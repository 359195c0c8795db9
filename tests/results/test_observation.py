"""Observation: hours by aspect, signal and configuration, against the recorded tracks and the geometry by hand."""

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import openiads
from openiads import api
from openiads.cli.main import app
from openiads.errors import ResultsError
from openiads.results.measures import RunData, measure
from openiads.results.measures.looks import count_independent
from openiads.results.observation import as_rows, band_labels, observation, rules, total_hours
from openiads.results.sightings import ASPECTS, _pointed
from openiads.scenario.loader import Scenario, load_scenario_text

TEXT = """\
openiads_scenario: "0.1"
scenario: {id: seen, title: A flight past a radar and one that wears reflectors, notional: true}
clock: {start_utc: 2019-11-26T00:00:00Z, duration_s: 3000}
places:
  site: {latitude_deg: 0.0, longitude_deg: 0.0, ground_m: 0, mask_angle_deg: 0.0}
sensors:
  west-radar:
    place: site
    search_radar: {kind: rotating, range_km: 150, rcs_m2: 1, instrumented_range_km: 200, frequency_ghz: 3, scan_period_s: 10,
      p_false_alarm: 1.0e-8, elevation_max_deg: 89, duty: 1.0, duty_period_s: 1000}
objects:
  past:
    side: friendly
    kind: aircraft
    sorties_per_month: 30
    rcs: {front_m2: 5, side_m2: 50, rear_m2: 10, swerling: 0}
    rcs_sortie_sigma_db: 0
    motion: {kind: waypoints, start_s: 0, speed_mps: 250, altitude_m: 9000, altitude_reference: amsl, end: leave,
      waypoints: [{latitude_deg: 0.2, longitude_deg: -2.0}, {latitude_deg: 0.2, longitude_deg: 2.0}]}
  marked:
    side: friendly
    kind: aircraft
    sorties_per_month: 10
    reflector_share: 0.5
    rcs: {front_m2: 0.00001, side_m2: 0.00001, rear_m2: 0.00001, reflectors_m2: 100, swerling: 0}
    rcs_sortie_sigma_db: 0
    motion: {kind: waypoints, start_s: 0, speed_mps: 250, altitude_m: 7000, altitude_reference: amsl, end: leave,
      waypoints: [{latitude_deg: -0.3, longitude_deg: -1.5}, {latitude_deg: -0.3, longitude_deg: 1.5}]}
"""
SENSOR = "west-radar/search"


@cache
def scenario(**overrides: Any) -> Scenario:
    return load_scenario_text(TEXT, "seen", overrides={key.replace("__", "."): v for key, v in overrides.items()})


@cache
def run(duty: float = 1.0) -> Any:
    path = "sensors.west-radar.search_radar.duty"
    return api.run(load_scenario_text(TEXT, "seen", overrides={path: duty}), replications=8)


def held_h(name: str, line: int) -> float:
    """Hours of firm track of an object in the recorded tables, by hand."""
    data = RunData.of(run().reader)
    return float(data.firm_ns("west-radar")[line, data.objects.index()[name]]) / 3.6e12


def test_hours_add_up_to_the_time_under_a_firm_track() -> None:
    """30 sorties a month; the radar looks every 10 s, so that only what coasts at the end of the track is left out."""
    (one,) = [o for o in observation(run().reader) if o.aircraft == "past"]
    mean_h = 30 * float(np.mean([held_h("past", k) for k in range(8)]))
    assert one.total.value == pytest.approx(mean_h, abs=30 * 60 / 3600)  # h: a minute of coasting a sortie
    assert one.total.value < mean_h + 1e-9
    assert sum(e.value for e in one.hours.values()) == pytest.approx(one.total.value, rel=1e-12, abs=0)  # type: ignore[misc]
    assert (one.flown, one.sorties.value, one.configuration, one.sensor) == (30.0, 30.0, "clean", SENSOR)


def test_bands_and_aspects_are_those_of_the_geometry() -> None:
    """SNR of 5, 50 and 10 m2 by the fourth power of range from the look at 100 km, where the calibration holds."""
    seen = [s for s in RunData.of(run().reader).sightings.seen() if s.line == 0]
    data = RunData.of(run().reader)
    past = data.lowered.names.objects.index("past")
    (looks,) = [s for s in seen if s.thing == past]
    angles = np.abs(looks.looks["angle_rad"])
    sector = np.where(angles < math.pi / 4, 0, np.where(angles > 3 * math.pi / 4, 2, 1))
    far = np.abs(looks.looks["angle_rad"]) < 0.6  # coming, at a low elevation: the horizontal angle is the aspect
    np.testing.assert_array_equal(looks.looks["aspect"][far], sector[far])
    levels_db = 10 * np.log10(np.array([5.0, 50.0, 10.0]))
    np.testing.assert_allclose(looks.snr_db - looks.looks["snr_1m2_db"], levels_db[looks.looks["aspect"]], rtol=0, atol=1e-9)
    assert set(looks.looks["aspect"]) == {0, 1, 2}
    gain_db = float(data.lowered.case.radars[0]["gain_db"])
    position = 1000 * np.array([-2 * 111.32 + 250e-3 * (at / 1e9) for at in looks.looks["at_ns"]])
    range_km = np.sqrt(position**2 + 22_240.0**2 + 9000.0**2) / 1000
    by_hand_db = gain_db - 40 * np.log10(range_km)
    near = range_km < 100
    assert near.sum() > 50
    np.testing.assert_allclose(looks.looks["snr_1m2_db"][near], by_hand_db[near], rtol=0, atol=0.9)  # dB; gas on the path


def test_reflectors_are_a_configuration_of_their_own() -> None:
    found = {(o.aircraft, o.configuration): o for o in observation(run().reader)}
    assert ("marked", "clean") not in found  # nobody holds a track of so small a thing
    worn = found["marked", "reflectors"]
    assert worn.flown == 5.0  # half of ten sorties a month
    share = np.mean([s.reflectors for s in _each_replication("marked")])
    assert worn.sorties.value == pytest.approx(10 * share, rel=1e-12, abs=0)
    (clean,) = measure(RunData.of(run().reader), [("observation_hours", {"of": "marked", "configuration": "clean"})])
    assert clean.estimate.value == 0.0


def _each_replication(name: str) -> list[Any]:
    from openiads.engine.sorties import sorties

    lowered = RunData.of(run().reader).lowered
    o = lowered.names.objects.index(name)

    class One:
        def __init__(self, k: int) -> None:
            self.reflectors = bool(sorties(lowered.case, seed=1, replication=k).reflectors[o])

    return [One(k) for k in range(8)]


def test_the_measure_is_the_total_above_the_threshold() -> None:
    data = RunData.of(run().reader)
    (one,) = [o for o in observation(run().reader, rules(bands_db=(25.0,))) if o.aircraft == "past"]
    above = sum(one.hours[aspect, 1].value for aspect in ASPECTS)  # type: ignore[misc]
    (found,) = measure(data, [("observation_hours", {"of": "past", "min_snr_db": 25.0})])
    assert 0 < above < one.total.value  # type: ignore[operator]
    assert found.estimate.value == pytest.approx(above, rel=1e-9, abs=0)
    parts = [measure(data, [("observation_hours", {"of": "past", "aspect": a})])[0].estimate.value for a in ASPECTS]
    assert sum(parts) == pytest.approx(one.total.value, rel=1e-9, abs=0)  # type: ignore[arg-type]
    assert measure(data, [("observation_hours", {"min_snr_db": 90.0})])[0].estimate.value == 0.0


def test_two_radars_of_one_node_do_not_count_the_same_time_twice() -> None:
    two = TEXT.replace("sensors:", "fire_units:").replace(
        "    search_radar:",
        "    missiles: {}\n    engagement_radar: {kind: multifunction, range_km: 150, rcs_m2: 1, instrumented_range_km: 200,"
        " frequency_ghz: 10, sector_deg: 120, slew_deg_per_s: 0, p_false_alarm: 1.0e-8}\n    search_radar:",
    )
    twice = api.run(load_scenario_text(two, "two"), replications=2)
    rows = {o.sensor: o for o in observation(twice.reader) if o.aircraft == "past"}
    assert set(rows) == {"west-radar/engagement", SENSOR}
    fixed, round_ = rows["west-radar/engagement"].total.value, rows[SENSOR].total.value
    assert 0 < fixed < 0.6 * round_  # type: ignore[operator]  # a sector to the north sees the middle of the path only
    (found,) = measure(RunData.of(twice.reader), [("observation_hours", {"of": "past"})])
    assert found.estimate.value == pytest.approx(round_, rel=0.02, abs=0)


def test_a_silent_radar_observes_nothing() -> None:
    (always,) = [o for o in observation(run().reader) if o.aircraft == "past"]
    (half,) = [o for o in observation(run(0.5).reader) if o.aircraft == "past"]
    assert half.total.value < 0.6 * always.total.value  # type: ignore[operator]


@pytest.mark.parametrize(
    ("angle_deg", "time_s", "expected"),
    [(360.0, 1e9, 1), (360.0, 10.0, 11), (360.0, 25.0, 5), (3.0, 1e9, 34), (0.5, 1e9, 101)],
)
def test_looks_are_independent_by_aspect_or_by_time(angle_deg: float, time_s: float, expected: int) -> None:
    """101 looks, one a second, with a degree between two of them."""
    at_ns = np.arange(101) * 1_000_000_000
    angles = np.radians(np.arange(101.0))
    assert count_independent(at_ns, angles, aspect_deg=angle_deg, time_s=time_s) == expected


def test_aspect_counts_across_the_back() -> None:
    at_ns = np.zeros(3, dtype=np.int64)
    angles = np.radians([179.5, -179.5, -178.0])  # one degree, then one and a half
    assert count_independent(at_ns, angles, aspect_deg=2.0, time_s=1.0) == 2


def test_the_share_of_aspects_falls_with_the_looks_that_fill_a_bin() -> None:
    data = RunData.of(run().reader)
    shares = [
        measure(data, [("aspect_coverage", {"of": "past", "bins_deg": 10.0, "min_looks": n})])[0].estimate.value
        for n in (1, 200, 1e9)
    ]
    assert 0.4 < shares[0] < 0.6  # type: ignore[operator]  # it passes the radar on one side
    assert shares[0] > shares[1] > shares[2] == 0.0  # type: ignore[operator]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"of": "nobody"}, "no friendly object is of it. Known: marked, past"),
        ({"configuration": "dirty"}, "Known: any, clean, reflectors"),
        ({"aspect": "above"}, "Known: front, side, rear"),
        ({"node": "east"}, "Known: west-radar"),
        ({"by": ["name"]}, "Known: aspect3, snr_band"),
    ],
)
def test_what_does_not_exist_is_refused(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(ResultsError, match=message):
        measure(RunData.of(run().reader), [("observation_hours", asked)])


def test_bins_must_fill_the_circle_and_tables_need_their_seed() -> None:
    data = RunData.of(run().reader)
    with pytest.raises(ResultsError, match="must fill 360 degrees"):
        measure(data, [("aspect_coverage", {"bins_deg": 50.0})])
    bare = RunData(data.table, lambda: data.scenario, data.replications)
    with pytest.raises(ResultsError, match="without the seed"):
        measure(bare, ["independent_looks"])


def test_bands_are_named_and_rise() -> None:
    assert band_labels((13.0, 20.0)) == ("< 13", "13 to 20", ">= 20")
    assert band_labels(()) == ("any",)
    with pytest.raises(ResultsError, match="must rise"):
        rules(bands_db=(20.0, 13.0))


def test_an_antenna_that_turns_sees_where_it_then_points() -> None:
    radar = {"boresight_rad": 0.0, "slew_radps": 0.1}
    at_ns = np.array([0, 10, 15, 20, 40]) * 1_000_000_000
    found = _pointed(radar, [(10_000_000_000, 1.0), (15_000_000_000, -0.5)], at_ns)
    assert found == pytest.approx([0.0, 0.0, 0.5, 0.0, -0.5], abs=1e-12)  # rad; at 0.1 rad/s from each order on


def test_the_command_prints_hours_by_band_and_writes_rows(tmp_path: Any) -> None:
    file = tmp_path / "seen.csv"
    result = CliRunner().invoke(
        app, ["observation", str(run().folder), "--aircraft", "past", "-o", str(file)], env={"COLUMNS": "100"}
    )
    assert result.exit_code == 0, result.output
    assert "past (clean) by west-radar/search" in result.output
    assert "< 13  13 to 20  20 to 30  >= 30" in result.output
    assert "nothing about what is done with it" in result.output
    rows = as_rows([o for o in observation(run().reader) if o.aircraft == "past"])
    assert len(file.read_text().splitlines()) == len(rows) + 1 == 13
    assert total_hours(observation(run().reader))[SENSOR, "past"] > 0


def test_a_run_without_sorties_has_nothing_to_observe() -> None:
    bare = openiads.run(openiads.load_scenario("skeleton"), replications=1)
    with pytest.raises(ResultsError, match="states sorties_per_month"):
        observation(bare.reader)
