"""ASTERIX: libasterix reads what was written (`test_check_packets.py`: tshark too); real captures; midnight; broken data."""

import math
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import openiads
from openiads.errors import InteropError
from openiads.interop.asterix import records
from openiads.interop.asterix.importing import Reports
from openiads.interop.asterix.library import guarded, library
from openiads.interop.asterix.packets import source_ids
from openiads.interop.source import Source

NM_M = 1852.0


def parsed(category: int, record: bytes) -> Any:
    found = library().categories[category].cv_uap.parse(library().bits.from_bytes(record))
    assert isinstance(found, list)
    assert len(found) == 1
    return found[0]


def item(record: Any, number: str, name: str | None = None) -> Any:
    variation = record.get_item(number).variation
    return variation if name is None else variation.get_item(name).variation.content


@pytest.fixture(scope="module")
def capture(run: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("asterix") / "run.pcap"
    openiads.export(run, "asterix", path)
    return path


def test_libasterix_reads_a_plot() -> None:
    made = records.plot((0, 7), 3_600_250_000_000, range_m=100_000.0, azimuth_rad=math.radians(225), height_m=5_000.0)
    assert made is not None
    found = parsed(48, made[0])
    assert found.get_item("010").as_uint() == 7
    assert item(found, "020", "SIM").as_uint() == 1
    assert item(found, "020", "TYP").as_uint() == 1
    assert item(found, "040", "RHO").as_quantity("NM") * NM_M == pytest.approx(100_000, rel=0, abs=NM_M / 512)  # m
    assert item(found, "040", "THETA").as_quantity("°") == pytest.approx(225, rel=0, abs=180 / 65536)  # deg
    assert found.get_item("140").variation.content.as_quantity("s") == pytest.approx(3600.25, rel=0, abs=1 / 256)  # s
    assert item(found, "110", "3DH").as_quantity("ft") * 0.3048 == pytest.approx(5000, rel=0, abs=12.5 * 0.3048)  # m


def test_what_a_plot_cannot_state() -> None:
    near = {"azimuth_rad": 2 * math.pi - 1e-9}
    assert records.plot((0, 1), 0, range_m=474_112.0, height_m=None, **near) is None  # 256 NM
    high = records.plot((0, 1), 0, range_m=1e5, height_m=70_000.0, **near)
    assert high is not None
    assert high[1] is False
    found = parsed(48, high[0])
    assert found.get_item("110") is None
    assert item(found, "040", "THETA").as_uint() == 0  # the full circle is north again
    low = records.plot((0, 1), 0, range_m=1e5, height_m=-400.0, **near)
    assert low is not None
    assert item(parsed(48, low[0]), "110", "3DH").as_quantity("ft") == pytest.approx(-1312, rel=0, abs=12.5)  # ft


def test_libasterix_reads_a_north_marker() -> None:
    made = records.north_marker((0, 9), 0, period_s=6.0, latitude_deg=40.0, longitude_deg=-33.0, height_m=907.0)
    found = parsed(34, made)
    assert found.get_item("000").as_uint() == 1
    assert found.get_item("041").variation.content.as_quantity("s") == pytest.approx(6, rel=0, abs=1 / 256)  # s
    assert item(found, "120", "HGT").as_quantity("m") == 907
    assert item(found, "120", "LAT").as_quantity("°") == pytest.approx(40, rel=0, abs=90 / 2**23)  # deg
    assert item(found, "120", "LON").as_quantity("°") == pytest.approx(-33, rel=0, abs=90 / 2**23)  # deg


def test_libasterix_reads_a_track() -> None:
    stated = {"latitude_deg": -40.0, "longitude_deg": 33.0, "height_m": 9_000.0, "velocity_enu_mps": (200.0, -100.5, 10.0)}
    made = records.track((0, 9), 0, number=70_001, tentative=True, sigma_m=150.0, **stated)
    assert made is not None
    found = parsed(62, made[0])
    assert item(found, "105", "LAT").as_quantity("°") == pytest.approx(-40, rel=0, abs=90 / 2**25)  # deg
    assert item(found, "105", "LON").as_quantity("°") == pytest.approx(33, rel=0, abs=90 / 2**25)  # deg
    assert item(found, "185", "VX").as_quantity("m/s") == pytest.approx(200, rel=0, abs=0.125)  # m/s
    assert item(found, "185", "VY").as_quantity("m/s") == pytest.approx(-100.5, rel=0, abs=0.125)  # m/s
    assert found.get_item("040").as_uint() == 70_001 % 65_536
    assert item(found, "080", "SIM").as_uint() == 1
    assert item(found, "080", "CNF").as_uint() == 1
    assert found.get_item("130").variation.content.as_quantity("ft") * 0.3048 == pytest.approx(9000, rel=0, abs=1)  # m
    assert found.get_item("220").variation.content.as_quantity("ft/min") == pytest.approx(1968.5, rel=0, abs=3.2)
    accuracy = found.get_item("500").variation.get_item("APC").variation
    assert accuracy.get_item("X").variation.content.as_quantity("m") == 150
    fast = records.track(
        (0, 9), 0, number=1, tentative=False, sigma_m=1.0, **{**stated, "velocity_enu_mps": (9e3, 0.0, 0.0)}
    )
    assert fast is None


def test_real_captures_give_the_counts_of_their_expected_files(shared_data: Callable[[str], Path]) -> None:
    expected = shared_data("asterix/croatiacontrol/expected/cat_034_048.txt").read_text(encoding="utf-8", errors="replace")
    wanted: Counter[str] = Counter()
    category = ""
    for line in expected.splitlines():
        if found := re.match(r"Category: (\d+)", line):
            category = found[1]
        wanted[category] += line.startswith("Data Record")
    reports = Reports(shared_data("asterix/croatiacontrol/cat_034_048.pcap"))
    rows = [row for batch in reports.batches() for row in zip(batch["range_m"], batch["azimuth_rad"], strict=True)]
    assert reports.summary.counts["CAT048 records"] == wanted["48"] == 128
    assert reports.summary.counts["CAT034 records"] == wanted["34"] == 34
    assert reports.summary.fault_count == 0
    printed = [
        (float(a) * NM_M, math.radians(float(b)))
        for a, b in re.findall(r"RHO: \d+ \(([\d.]+) NM\)\n\tTHETA: \d+ \(([\d.]+) deg\)", expected)
    ]
    assert len(rows) == len(printed) == 126
    assert np.array(rows) == pytest.approx(np.array(printed), rel=0, abs=1e-4)  # m and rad, printed with 7 decimals


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("cat034.raw", {"CAT034 records": 1}),
        ("cat048.raw", {"CAT048 records": 1, "actual target reports": 1}),
        ("cat062cat065.raw", {"CAT062 records": 2, "CAT065 blocks, not read": 1}),
        ("cat21_re.ast", {"CAT021 blocks, not read": 2}),
    ],
)
def test_single_records(shared_data: Callable[[str], Path], name: str, counts: dict[str, int]) -> None:
    reports = Reports(shared_data(f"asterix/croatiacontrol/{name}"))
    assert sum(len(batch["time_s"]) for batch in reports.batches()) == counts.get("CAT048 records", 0)
    assert reports.summary.counts == counts


def test_an_edition_of_old_is_refused_block_by_block(shared_data: Callable[[str], Path]) -> None:
    reports = Reports(shared_data("asterix/croatiacontrol/asterix.pcap"))
    assert list(reports.batches()) == []
    assert reports.summary.fault_count > 60
    assert "the data are not ASTERIX of this edition, or damaged" in reports.summary.faults[0]


def test_the_plots_of_a_run_come_back(run: Any, capture: Path, tmp_path: Path) -> None:
    found = openiads.import_file("asterix", capture, tmp_path / "plots.parquet")
    assert found.fault_count == 0
    assert found.counts["simulated target reports"] == found.rows
    got = pq.read_table(tmp_path / "plots.parquet").to_pandas(use_threads=False)
    plots = run.table("plots", 0).to_pandas(use_threads=False)
    source = Source.open(run.reader)
    radars, _ = source_ids(source)
    plots["sensor_id"] = [f"0/{radars[n, r]}" for n, r in zip(plots["node"], plots["radar"], strict=True)]
    assert len(got) == len(plots) > 500
    seconds = (source.epoch_ns // 10**9) % 86_400 + plots["at_ns"] / 1e9
    assert got["time_s"].to_numpy() == pytest.approx(seconds.to_numpy(), rel=0, abs=1 / 256)  # s
    assert list(got["sensor_id"]) == list(plots["sensor_id"])
    assert got["range_m"].to_numpy() == pytest.approx(plots["range_m"].to_numpy(), rel=0, abs=NM_M / 512 + 1e-6)  # m
    turn = np.angle(np.exp(1j * (got["azimuth_rad"] - plots["azimuth_rad"])))
    assert np.abs(turn).max() <= math.pi / 65_536 + 1e-9
    # 25 ft of height, and 3.6 m of range and 1 m of the site's height, seen at this range
    off = np.abs(got["elevation_rad"] - plots["elevation_rad"]) * plots["range_m"]
    level = plots["elevation_rad"] < math.radians(20)
    assert off[level].max() < 7.0  # m


def test_time_goes_on_over_midnight(tmp_path: Path) -> None:
    path = tmp_path / "a.ast"
    day_ns = 86_400 * 10**9
    with path.open("wb") as file:
        for at_ns in (day_ns - 10**9, day_ns + 10**9, day_ns - 5 * 10**8):
            made = records.plot((0, 1), at_ns, range_m=1e4, azimuth_rad=1.0, height_m=None)
            assert made is not None
            file.write(records.block(48, made[0]))
    (batch,) = Reports(path).batches()
    assert batch["time_s"] == [86_399.0, 86_401.0, 86_399.5]


def samples() -> list[bytes]:
    made = [records.plot((0, 1), 10**9 * k, range_m=1e5, azimuth_rad=1.0, height_m=5e3) for k in range(3)]
    track = records.track(
        (0, 2),
        0,
        number=1,
        tentative=False,
        latitude_deg=40.0,
        longitude_deg=33.0,
        height_m=1e3,
        velocity_enu_mps=(1.0, 2.0, 3.0),
        sigma_m=9.0,
    )
    marker = records.north_marker((0, 1), 0, period_s=5.0, latitude_deg=40.0, longitude_deg=33.0, height_m=9.0)
    parts = [records.block(48, m[0]) for m in made if m] + [records.block(34, marker)]
    return [b"".join(parts), records.block(62, track[0]) if track else b""]


def check_mutated(survive: Callable[..., tuple[int, int]], file_decoder: Callable[..., Any], count: int) -> None:
    def decode(path: Path) -> None:
        reports = Reports(path)
        for batch in reports.batches():
            assert len(set(map(len, batch.values()))) == 1
        if reports.summary.fault_count:
            raise InteropError(reports.summary.faults[0])

    taken, refused = survive(file_decoder(decode, "a.ast"), samples(), count)
    assert min(taken, refused) > count // 20


def test_broken_blocks_never_crash(survive: Callable[..., tuple[int, int]], file_decoder: Callable[..., Any]) -> None:
    check_mutated(survive, file_decoder, 2_000)


@pytest.mark.nightly
def test_a_hundred_thousand_broken_files(survive: Callable[..., tuple[int, int]], file_decoder: Callable[..., Any]) -> None:
    check_mutated(survive, file_decoder, 100_000)


def test_errors_of_the_library_become_ours() -> None:
    def wrong() -> None:
        raise AssertionError("Bits alignment error")

    with pytest.raises(InteropError, match="CAT048: Bits alignment error; the data are not ASTERIX of this edition"):
        guarded("CAT048", wrong)
    with pytest.raises(InteropError, match="CAT034: cut"):
        guarded("CAT034", lambda: ValueError("cut"))
