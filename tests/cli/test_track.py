"""What `openiads track` and `openiads score` say of files that somebody else made."""

import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

SENSORS = """frame: flat
sensors:
  - id: a
    east_m: 0
    north_m: 0
    up_m: 0
    sigma_range_m: 50
    sigma_azimuth_deg: 0.1
    sigma_elevation_deg: 0.2
    scan_period_s: 10
"""
HEADER = "time_s,sensor_id,range_m,azimuth_rad,elevation_rad"
ROWS = [(10.0 * k, 50e3 - 1e3 * k, 0.8, 0.1) for k in range(24)]


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(SENSORS, encoding="utf-8")
    write(tmp_path / "plots.csv", ROWS)
    return tmp_path


def write(path, rows, header=HEADER, between=","):
    lines = [between.join([f"{t!r}", "a", f"{r!r}", f"{a!r}", f"{e!r}"]) for t, r, a, e in rows]
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def test_spaces_in_the_header_do_no_harm(files, openiads):
    write(files / "spaced.csv", ROWS, header=HEADER.replace(",", ", "))
    assert openiads("track", "spaced.csv", "--sensors", "s.yaml", "-o", "t.csv")[0] == 0
    assert openiads("track", "plots.csv", "--sensors", "s.yaml", "-o", "u.csv")[0] == 0
    assert (files / "t.csv").read_bytes() == (files / "u.csv").read_bytes()


def test_numbers_as_text_in_parquet_are_numbers(files, openiads):
    names = HEADER.split(",")
    columns = [[str(t) for t, *_ in ROWS], ["a"] * len(ROWS), *([row[k] for row in ROWS] for k in (1, 2, 3))]
    pq.write_table(pa.table(dict(zip(names, columns, strict=True))), files / "text.parquet")
    assert openiads("track", "text.parquet", "--sensors", "s.yaml", "-o", "t.csv")[0] == 0


@pytest.mark.parametrize(
    ("rows", "header", "between", "message"),
    [
        ([(t, r / 1e3, a, e) for t, r, a, e in ROWS], HEADER, ",", "look like kilometres"),
        ([(1e3 * t, r, a, e) for t, r, a, e in ROWS], HEADER, ",", "milliseconds"),
        ([(t, r, math.degrees(a), e) for t, r, a, e in ROWS], HEADER, ",", "look like degrees"),
        (ROWS, HEADER.replace(",", ";"), ";", "separated by semicolons"),
        (ROWS, HEADER.upper(), ",", "Rename TIME_S to time_s"),
        (ROWS, HEADER.replace("azimuth_rad", "azimuth_deg"), ",", "azimuth_rad = azimuth_deg pi / 180"),
    ],
)
def test_other_units_and_layouts_are_refused_with_what_to_do(files, openiads, rows, header, between, message):
    write(files / "odd.csv", rows, header, between)
    code, _, errors = openiads("track", "odd.csv", "--sensors", "s.yaml", "-o", "t.csv")
    assert code == 2
    assert message in errors
    assert "odd.csv" in errors
    assert not (files / "t.csv").exists()


def test_a_file_that_is_read_is_never_written_over(files, openiads):
    before = (files / "plots.csv").read_bytes()
    code, _, errors = openiads("track", "plots.csv", "--sensors", "s.yaml", "-o", "plots.csv")
    assert code == 2
    assert "is the file that is read" in errors
    assert (files / "plots.csv").read_bytes() == before
    (files / "truth.csv").write_text("time_s,object_id,east_m,north_m,up_m\n0,x,1,1,1\n", encoding="utf-8")
    assert openiads("score", "plots.csv", "--truth", "truth.csv", "--json", "truth.csv")[0] == 2


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("tracker: {confirm_hits: 6, confirm_window: 3}\n", "s.yaml: tracker: confirm_hits = 6"),
        ("tracker: {gate_probability: 1.0}\n", "s.yaml: gate_probability = 1"),
        ("tracker: {max_tracks: 1000000000000}\n", "s.yaml: tracker: max_tracks is 1000000000000"),
        ("tracker: {assignment_cost: cheapest}\n", "allowed: likelihood, distance"),
        ("  - {id: b, east_m: 0}\n", "s.yaml: sensor 2: sigma_range_m, sigma_azimuth_deg"),
    ],
)
def test_a_mistake_in_the_sensor_file_names_the_file(files, openiads, more, message):
    (files / "s.yaml").write_text(SENSORS + more, encoding="utf-8")
    code, _, errors = openiads("track", "plots.csv", "--sensors", "s.yaml", "-o", "t.csv")
    assert code == 2
    assert message in errors
