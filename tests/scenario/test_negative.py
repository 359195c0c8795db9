"""Files that may not be: each gives one clear line with the right place, exit code 2, no traceback, nothing written."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from openiads.cli import main as cli

FULL_RADAR = """\
    search_radar:
      kind: rotating
      range_km: 200
      rcs_m2: 1
      instrumented_range_km: 300
      frequency_ghz: 3.0
"""
WATCH = "    search_radar: {system: generic-long-range}\n"

# name, (old, new), what the place points at, fragments of the message
CASES = [
    ("misspelled key", ("range_km: 240", "rnge_km: 240"), "rnge_km", ["no such key", "Did you mean 'range_km'"]),
    ("unknown skyline", ("mask_angle_deg: 0.5", "skyline: mrted"), "mrted", ["no skyline", "Did you mean 'murted'"]),
    ("misspelled section", ("assets:", "asets:"), "asets:", ["Did you mean 'assets'"]),
    ("unknown place", ("place: city, alt", "place: cty, alt"), "cty, alt", ["cty", "Did you mean 'city'"]),
    ("unknown node", ("from: watch-1", "from: watch-2"), "watch-2", ["no node", "Did you mean 'watch-1'"]),
    ("unknown superior", ("post-1\n    search", "pots-1\n    search"), "pots-1", ["no node", "Did you mean 'post-1'"]),
    ("unknown signature", ("signature: fighter", "signature: figher"), "figher", ["`signatures` has no", "'fighter'"]),
    ("unknown radar system", ("system: 92n6e", "system: 92n6"), "92n6,", ["catalogue.radars has no '92n6'", "'92n6e'"]),
    ("unknown missile system", ("system: 48n6e3", "system: 48n6e4"), "48n6e4", ["catalogue.missiles", "Did you mean"]),
    ("unknown unit", ("s-400-battalion", "s-400-battalon"), "s-400-battalon", ["catalogue.units", "'s-400-battalion'"]),
    ("out of range", ("latitude_deg: 1.0", "latitude_deg: 91"), "91", ["at most 90 is allowed", "degrees"]),
    ("wrong unit", ("range_km: 240", "range_km: 240000"), "240000", ["at most 2000 is allowed", "km"]),
    ("negative speed", ("speed_mps: 250", "speed_mps: -250"), "-250", ["more than 0 is allowed"]),
    ("zero speed", ("speed_mps: 250", "speed_mps: 0"), "0\n      altitude_m", ["more than 0 is allowed"]),
    ("negative count", ("count: 8", "count: -8"), "-8", ["at least 0 is allowed"]),
    ("fractional count", ("count: 8", "count: 8.5"), "8.5", ["a whole number is expected"]),
    ("text for number", ("range_km: 240", "range_km: '240'"), "'240'", ["the text '240'", "without quotes"]),
    ("boolean for number", ("range_km: 240", "range_km: true"), "true}\n    missiles", ["is true, but a number"]),
    ("number for text", ("title: Sample", "title: 12"), "12,", ["text is expected"]),
    ("text for boolean", ("notional: true", "notional: yes"), "yes", ["the text 'yes'", "true or false"]),
    ("null", ("speed_mps: 250", "speed_mps: null"), "null", ["is null, but a number"]),
    ("nan", ("speed_mps: 250", "speed_mps: .nan"), ".nan", ["not a finite number"]),
    ("infinity", ("speed_mps: 250", "speed_mps: -.inf"), "-.inf", ["not a finite number"]),
    ("too large", ("speed_mps: 250", "speed_mps: 1e999"), "1e999", ["too large"]),
    ("leading zero", ("speed_mps: 250", "speed_mps: 0250"), "0250", ["octal or decimal"]),
    ("wrong choice", ("side: hostile\n    sign", "side: hostle\n    sign"), "hostle", ["'hostile'"]),
    ("wrong motion", ("kind: waypoints", "kind: waypoint"), "waypoint\n", ["Did you mean 'waypoints'"]),
    ("no motion kind", ("      kind: waypoints\n", ""), "motion:\n", ["kind is missing", "waypoints, ballistic"]),
    ("list for section", ("  city: {place: city}", "  city: [1]"), "[1]", ["a list", "keys with values"]),
    ("missing key", ("      end: leak\n", ""), "motion:\n", ["end is missing", "leak"]),
    (
        "missing section",
        ("clock: {start_utc: 2019-11-26T06:00:00Z, duration_s: 3600}\n", ""),
        "openiads",
        ["clock is missing"],
    ),
    ("id with dot", ("  rocket:", "  roc.ket:"), "roc.ket", ["cannot be an id", "without dots"]),
    ("upper-case id", ("  rocket:", "  Rocket:"), "Rocket", ["cannot be an id", "lower-case"]),
    ("bad instant", ("2019-11-26T06:00:00Z", "2019-11-26"), "2019-11-26", ["no instant"]),
    ("unquoted version", ('"0.1"', "0.1"), "0.1", ["in quotes"]),
    ("other version", ('"0.1"', '"0.2"'), '"0.2"', ["0.1"]),
    ("one waypoint", ("        - {latitude_deg: 1.0, longitude_deg: -2.0}\n", ""), "waypoints:\n", ["at least 2"]),
    ("place and coordinates", ("{place: city, alt", "{place: city, latitude_deg: 1, alt"), "place: city, lat", ["not both"]),
    ("no altitude", ("      altitude_m: 3000\n", ""), "motion:\n", ["waypoint 0 has no altitude_m"]),
    ("below ground", ("altitude_m: 500", "altitude_m: -3"), "-3", ["above sea level", "ground at waypoint 1"]),
    ("below stated ground", ("longitude_deg: -2.0}", "longitude_deg: -2.0, ground_m: 3500}"), "3000", ["at 3500 m"]),
    ("height over what", ("reference: amsl", "reference: agl"), "{latitude_deg: 1.0", ["ground here is not stated"]),
    ("low apogee", ("altitude_m: 0}", "altitude_m: 60000}"), "50}", ["Raise the apogee"]),
    ("late start", ("speed_mps: 250", "start_s: 3600\n      speed_mps: 250"), "3600\n      speed", ["duration_s = 3600"]),
    ("self report", ("post-1: {place: site}", "post-1: {place: site, reports_to: post-1}"), "post-1}", ["post-1 -> post-1"]),
    (
        "command circle",
        ("post-1: {place: site}", "post-1: {place: site, reports_to: unit-1}"),
        "unit-1}\nsensors",
        ["post-1 -> unit-1 -> post-1"],
    ),
    ("loop link", ("to: unit-1", "to: watch-1"), "watch-1, carries", ["leads back"]),
    (
        "node id twice",
        ("post-1: {place: site}", "post-1: {place: site}\n  unit-1: {place: site}"),
        "unit-1:\n",
        ["also the id of command_posts.unit-1"],
    ),
    (
        "rotating gun radar",
        ("{system: 92n6e, range_km: 240}", "{system: 91n6e}"),
        "engagement_radar",
        ["must be multifunction"],
    ),
    ("two horizons", ("mask_angle_deg: 0.5", "mask_angle_deg: 0.5, skyline: murted"), "skyline: murted", ["both given"]),
    ("two sides", ("side_over_front_db: 10", "side_over_front_db: 10, side_m2: 3"), "side_m2", ["both given"]),
    ("variant path", ("{network.mode: int", "{network.mod: int"), "network.mod:", ["network has no field 'mod'", "'mode'"]),
    ("variant id", ("objects.raider.rcs", "objects.rader.rcs"), "objects.rader", ["has no 'rader'", "'raider'"]),
    ("variant figure", ("48n6e3.max_range_km: 120", "48n6e3.max_rnge_km: 120"), "catalogue.m", ["'max_range_km'"]),
    ("variant value", ("mode: integrated", "mode: integated"), "integated", ["variant linked", "'integrated'"]),
    ("variant mapping", ("network.mode: integrated", "network: {mode: integrated}"), "network: {", ["full path"]),
    ("anchor", ("count: 8", "count: &n 8"), "&n", ["anchor &n is not allowed"]),
    ("alias", ("count: 8", "count: *n"), "*n", ["alias *n is not allowed"]),
    ("tag", ("count: 8", "count: !!int 8"), "!!int", ["tag", "not allowed"]),
    ("python tag", ("count: 8", "count: !!python/name:os.system x"), "!!python", ["tag", "not allowed"]),
    ("duplicate key", ("count: 8", "count: 8, count: 9"), "count: 9", ["'count' stands twice"]),
    ("second document", ("variants:", "---\nvariants:"), "---", ["second document"]),
    ("key is no text", ("  raider:", "  17:"), "17:", ["keys are text"]),
    ("tab", ("    side: hostile\n    sign", "\tside: hostile\n    sign"), "\tside", ["not valid YAML", "not tabs"]),
    ("control character", ("title: Sample", "title: Sam\x07ple"), "\x07", ["U+0007"]),
    ("deep", ("count: 8", f"count: {'[' * 40}{']' * 40}"), None, ["nested deeper than 32"]),
    (
        "no range",
        (WATCH, FULL_RADAR.replace("      range_km: 200\n", "")),
        "search_radar:",
        ["range_km is missing", "system"],
    ),
    (
        "aperture",
        (WATCH, FULL_RADAR + "      aperture_width_m: 10\n      beamwidth_azimuth_deg: 0.4\n"),
        "beamwidth_azimuth_deg",
        ["0.458 to 2.29"],
    ),
    (
        "prf",
        (WATCH, FULL_RADAR + "      prf_hz: 600\n"),
        "instrumented_range_km",
        ["unambiguous to 249.8 km", "499 or less"],
    ),
    (
        "duty",
        (WATCH, FULL_RADAR + "      prf_hz: 400\n      pulse_width_us: 2000\n"),
        "pulse_width_us",
        ["80%", "50%"],
    ),
    (
        "calibrates where it stops",
        (WATCH, FULL_RADAR + "      instrumented_limit: true\n"),
        "instrumented_limit",
        ["reference_range_km"],
    ),
    ("elevations", (WATCH, FULL_RADAR + "      elevation_min_deg: 60\n"), "elevation_min_deg", ["not below", "catalogue."]),
    ("false alarms", (WATCH, FULL_RADAR + "      p_false_alarm: 0.9\n"), "p_false_alarm", ["not below p_detection"]),
    ("envelope", ("count: 8", "count: 8, min_range_km: 300"), "min_range_km", ["not below max_range_km = 250"]),
    ("floor in km", ("count: 8", "count: 8, min_altitude_m: 30000"), "min_altitude_m", ["metres"]),
    ("time of flight", ("count: 8", "count: 8, time_of_flight: [[10, 9], [9, 12]]"), "time_of_flight", ["must rise"]),
    (
        "answers",
        ("place: site\n    rep", "place: site\n    identification: {p_hostile_correct: 1}\n    rep"),
        "p_hos",
        ["more than 1"],
    ),
    (
        "confirmation",
        ("place: site\n    rep", "place: site\n    tracker: {confirm_hits: 9}\n    rep"),
        "confirm_hits",
        ["only 5"],
    ),
    ("no reflectors", ("reflectors_m2: 5, ", ""), None, ["reflector"]),
]
ALSO = {"no reflectors": ("signature: fighter", "signature: fighter\n    reflector_share: 0.5")}


def _place(text: str, at: str) -> str:
    start = text.index(at)
    line_start = text.rfind("\n", 0, start) + 1
    return f"{text.count(chr(10), 0, start) + 1}:{start - line_start + 1}"


def _check(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    before = sorted(path.parent.iterdir())
    monkeypatch.chdir(path.parent)
    monkeypatch.setattr("sys.argv", ["openiads", "check", path.name])
    with pytest.raises(SystemExit) as left:
        cli.main()
    out, err = capsys.readouterr()
    assert left.value.code == 2
    assert out == ""
    assert "Traceback" not in err
    assert sorted(path.parent.iterdir()) == before
    return err


@pytest.mark.parametrize(("name", "edit", "at", "fragments"), CASES, ids=[case[0] for case in CASES])
def test_one_line_says_where_and_what(
    name: str,
    edit: tuple[str, str],
    at: str | None,
    fragments: list[str],
    sample: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = sample.edited(*edit)
    if name in ALSO:
        text = text.replace(*ALSO[name])
    file = tmp_path / "case.yaml"
    file.write_text(text, encoding="utf-8")
    err = _check(file, monkeypatch, capsys)
    assert err.count("\n") == 1, err
    assert re.match(r"error: case\.yaml:\d+:\d+: ", err), err
    if at is not None:
        assert err.startswith(f"error: case.yaml:{_place(text, at)}: "), err
    for fragment in fragments:
        assert fragment in err


BROKEN = [
    ("empty", b"", "case.yaml:1:1: the file is empty"),
    ("comment only", b"# nothing\n", "case.yaml:1:1: the file is empty"),
    ("list", b"- 1\n", "case.yaml:1:1: the file holds a list"),
    ("binary", b"openiads\x00\x01\x02", "case.yaml:1:9: character U+0000"),
    ("not utf-8", b"a: 1\nb: \xff\xfe\n", "case.yaml:2:4: byte 0xff is not UTF-8"),
    ("large", b"a" * 5_000_001, "case.yaml: is larger than 5 MB"),
    ("alias bomb", b"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "case.yaml:1:4: anchor &a"),
    ("unclosed", b"a: [1, 2\n", "not valid YAML"),
    ("directive", b"%YAML 1.1\n---\na: 1\n", "directives"),
]


@pytest.mark.parametrize(("name", "content", "start"), BROKEN, ids=[case[0] for case in BROKEN])
def test_broken_files_give_one_line(
    name: str,
    content: bytes,
    start: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "case.yaml"
    file.write_bytes(content)
    err = _check(file, monkeypatch, capsys)
    assert err.count("\n") == 1
    assert start in err


def test_missing_file_and_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "No such file" in _check(tmp_path / "absent.yaml", monkeypatch, capsys)
    (tmp_path / "folder").mkdir()
    assert "Is a directory" in _check(tmp_path / "folder", monkeypatch, capsys)
