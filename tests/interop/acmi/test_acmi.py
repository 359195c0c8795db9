"""Tacview ACMI: a run out and back in, what the strict reader refuses, broken recordings."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import openiads
from openiads.errors import InteropError
from openiads.interop.acmi.importing import Reader, Reports, reference_time
from openiads.interop.acmi.writing import escaped
from openiads.interop.source import Source

HEAD = "\ufeffFileType=text/acmi/tacview\nFileVersion=2.2\n0,ReferenceTime=2019-07-12T06:00:00Z\n"


def wrote(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["a.txt.acmi", "a.zip.acmi"])
def test_a_run_comes_back(run: Any, tmp_path: Path, name: str) -> None:
    openiads.export(run, "acmi", tmp_path / name)
    found = openiads.import_file("acmi", tmp_path / name, tmp_path / "t.parquet")
    assert found.fault_count == 0
    table = pq.read_table(tmp_path / "t.parquet").to_pandas(use_threads=False)
    source = Source.open(run.reader)
    for k, thing in enumerate(source.things):
        rows = table[table["object_id"] == thing.object_id]
        assert set(rows["side"]) == {thing.side}
        times = np.round(rows["time_s"].to_numpy() * 1e9).astype(np.int64)
        truth, _ = source.paths.at(k, times)
        got = rows[[f"position_ecef_{axis}_m" for axis in "xyz"]].to_numpy()
        assert np.linalg.norm(got - truth, axis=-1).max() < 0.03  # m: 1e-7 degrees and 1 cm
        assert rows["time_s"].iloc[-1] == pytest.approx(thing.end_ns / 1e9, rel=0, abs=1e-6)
    missiles = table[table["kind"] == "missile"]
    shots = [row for row in run.table("association", 0).to_pylist() if row["reference"] == "shot" and row["object_id"]]
    assert missiles["object_id"].nunique() == len(shots) + sum(
        t.kind in ("ballistic", "cruise_missile") for t in source.things
    )


def test_every_property_survives_its_escapes(tmp_path: Path) -> None:
    title = "commas, and \\ back\\\\slashes,\nand lines\\"
    path = wrote(tmp_path / "a.acmi", f"{HEAD}0,Title={escaped(title)},Author=a\n#1\n1,T=33|40|100,Name=x\n")
    reader = Reader(path)
    records = list(reader.records())
    assert reader.globals["Title"] == title
    assert reader.globals["Author"] == "a"
    assert records[-1].properties == {"T": "33|40|100", "Name": "x"}
    when = reference_time(reader)
    assert when is not None
    assert when.isoformat() == "2019-07-12T06:00:00+00:00"


def test_transforms_that_leave_things_out_and_offsets(tmp_path: Path) -> None:
    """Short transforms, empty parts that stay as they were, and positions relative to a reference."""
    body = "0,ReferenceLongitude=30,ReferenceLatitude=40\n#0\nA,T=3|0.5|100,Type=Air+FixedWing,Coalition=Enemies\n#2.5\nA,T=|0.6|\n"
    path = wrote(tmp_path / "a.acmi", HEAD + body + "#3\nA,T=4||200|1|2|3\n#4\n-A\n")
    (batch,) = Reports(path).batches()
    assert batch["time_s"] == [0.0, 2.5, 3.0]
    assert list(batch["longitude_deg"]) == [33.0, 33.0, 34.0]
    assert list(batch["latitude_deg"]) == [40.5, 40.6, 40.6]
    assert list(batch["height_m"]) == [100.0, 100.0, 200.0]
    assert batch["side"] == ["hostile"] * 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello\n", "a.acmi:1: the first line is not FileType=text/acmi/tacview"),
        ("FileType=text/acmi/tacview\nFileVersion=1.6\n", "a.acmi:2: 'FileVersion=1.6' is no version that is read"),
        (HEAD + "#x\n", "a.acmi:4: #x is no time"),
        (HEAD + "#nan\n", "a.acmi:4: #nan is no time"),
        (HEAD + "#5\n#4\n", "a.acmi:5: time goes back from 5 s to 4 s"),
        (HEAD + "xyz,T=1|2|3\n", "a.acmi:4: 'xyz' is no object number"),
        (HEAD + "1,T\n", "a.acmi:4: 'T' is no property; Name=value"),
        (HEAD + "-1,T=1\n", "a.acmi:4: a removed object takes no properties"),
        ("", "the first line is not"),
    ],
)
def test_the_reader_is_strict(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InteropError, match=message):
        list(Reader(wrote(tmp_path / "a.acmi", text)).records())


def test_zips_that_are_no_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.zip.acmi"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "x")
        archive.writestr("b", "y")
    with pytest.raises(InteropError, match="holds 2 files; a zipped recording holds one"):
        list(Reader(path).records())
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(InteropError, match="is no zip that can be read"):
        list(Reader(path).records())


def test_places_that_are_none_are_named(tmp_path: Path) -> None:
    path = wrote(tmp_path / "a.acmi", HEAD + "#1\n1,T=33|95|0\n2,T=a|b|c\n3,T=1|2\n4,T=1|2|3\n")
    reports = Reports(path)
    (batch,) = reports.batches()
    assert batch["object_id"] == ["4"]
    assert reports.summary.fault_count == 3
    assert "object 1 at 1 s: '33|95|0' is no place" in reports.summary.faults[0]


def samples(run: Any, tmp_path: Path) -> list[bytes]:
    openiads.export(run, "acmi", tmp_path / "s.acmi", until_s=3, overwrite=True)
    return [(tmp_path / "s.acmi").read_bytes(), (HEAD + "#1\n1,T=1|2|3,Name=a\\,b\\\nc\n#2\n-1\n").encode()]


def test_broken_recordings_never_crash(run: Any, tmp_path: Path, survive: Any, file_decoder: Callable[..., Any]) -> None:
    decode = file_decoder(lambda path: list(Reports(path).batches()), "a.acmi")
    taken, refused = survive(decode, samples(run, tmp_path), 1_500)
    assert min(taken, refused) > 100
    openiads.export(run, "acmi", tmp_path / "s.zip.acmi", until_s=5)
    survive(decode, [(tmp_path / "s.zip.acmi").read_bytes()], 500)


@pytest.mark.nightly
def test_a_hundred_thousand_broken_recordings(
    run: Any, tmp_path: Path, survive: Any, file_decoder: Callable[..., Any]
) -> None:
    survive(file_decoder(lambda path: list(Reports(path).batches()), "a.acmi"), samples(run, tmp_path), 100_000)


@pytest.mark.nightly
def test_a_hundred_thousand_broken_archives(
    run: Any, tmp_path: Path, survive: Any, file_decoder: Callable[..., Any]
) -> None:
    openiads.export(run, "acmi", tmp_path / "s.zip.acmi", until_s=1)
    survive(
        file_decoder(lambda path: list(Reports(path).batches()), "a.acmi"), [(tmp_path / "s.zip.acmi").read_bytes()], 100_000
    )
