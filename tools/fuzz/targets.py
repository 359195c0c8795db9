"""Every reader of files that come from outside, with good samples to break: what it is given, and how it is called."""

import gzip
import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "scenarios" / "small.yaml"


@dataclass(frozen=True)
class Target:
    """One reader: `read` takes bytes and raises an `OpeniadsError` at most; `samples` are bytes that it takes."""

    name: str
    read: Callable[[bytes], Any]
    samples: list[bytes]


def targets(run: Path, folder: Path) -> dict[str, Callable[[], Target]]:
    """Makers of all targets by name; `run` is the folder of a finished run, `folder` one to write in."""
    makers = (
        *(_dis_packets, _dis_capture, _dis_log, _asterix, _acmi_text, _acmi_zip, _adsb_csv, _adsb_json, _msdl),
        *(_scenario, _study, _catalogue, _detections, _dted, _hgt, _hgt_zip, _geotiff, _run_manifest, _run_parts),
    )
    return {make.__name__.strip("_").replace("_", " "): partial(make, run, folder) for make in makers}


def _through(path: Path, read: Callable[[Path], Any]) -> Callable[[bytes], Any]:
    """A reader of bytes out of one that takes a file."""

    def from_bytes(data: bytes) -> Any:
        path.write_bytes(data)
        return read(path)

    return from_bytes


def _exported(run: Path, to: str, name: str, until_s: float) -> bytes:
    import openiads

    with tempfile.TemporaryDirectory() as folder:
        openiads.export(run, to, Path(folder) / name, until_s=until_s)
        return (Path(folder) / name).read_bytes()


def _dis_packets(run: Path, folder: Path) -> Target:
    from openiads.interop.dis.codec import decode, encode, split
    from openiads.interop.dis.files import read_recorded

    def read(data: bytes) -> None:
        for part in split(data):
            pdu = decode(part)
            if pdu.header.version == 7:
                encode(pdu)

    (folder / "good.pcap").write_bytes(_exported(run, "dis", "a.pcap", 30))
    kinds: dict[int, bytes] = {}
    for found in read_recorded(folder / "good.pcap"):
        kinds.setdefault(found.data[2], found.data)
    return Target("dis packets", read, list(kinds.values()))


def _dis_capture(run: Path, folder: Path) -> Target:
    from openiads.interop.dis.importing import Reports

    return Target("dis capture", _through(folder / "a.pcap", _batches(Reports)), [_few_packets(run)])


def _few_packets(run: Path) -> bytes:
    """A capture of five packets: few, so that most damage meets a head."""
    data = _exported(run, "dis", "a.pcap", 0.5)
    at = 24
    for _ in range(5):
        at += 16 + int.from_bytes(data[at + 8 : at + 12], "big")
    return data[:at]


def _dis_log(run: Path, folder: Path) -> Target:
    from openiads.interop.dis.importing import Reports

    return Target(
        "dis log",
        _through(folder / "a.dislog", _batches(Reports)),
        [b"\n".join(_exported(run, "dis", "a.dislog", 0.5).split(b"\n")[:6])],
    )


def _batches(reports: Any) -> Callable[[Path], list[Any]]:
    return lambda path: list(reports(path).batches())


def _asterix(run: Path, folder: Path) -> Target:
    from openiads.interop.asterix.importing import Reports

    data = _exported(run, "asterix", "a.ast", 20)
    blocks, at, seen = [], 0, Counter[int]()
    while at < len(data):
        length = int.from_bytes(data[at + 1 : at + 3], "big")
        seen[data[at]] += 1
        blocks += [data[at : at + length]] if seen[data[at]] < 4 else []
        at += length
    samples = [b"".join(blocks), *blocks, _exported(run, "asterix", "a.pcap", 5)[:2000]]
    return Target("asterix", _through(folder / "a.ast", _batches(Reports)), samples)


def _acmi_text(run: Path, folder: Path) -> Target:
    from openiads.interop.acmi.importing import Reports

    text = _exported(run, "acmi", "a.txt.acmi", 3)
    short = b"\xef\xbb\xbfFileType=text/acmi/tacview\nFileVersion=2.2\n0,ReferenceTime=2019-07-12T06:00:00Z\n"
    short += b"#1\n1,T=1|2|3,Name=a\\,b\\\nc\n#2\n-1\n"
    return Target("acmi text", _through(folder / "a.acmi", _batches(Reports)), [text[:4000], short])


def _acmi_zip(run: Path, folder: Path) -> Target:
    from openiads.interop.acmi.importing import Reports

    return Target("acmi zip", _through(folder / "a.zip.acmi", _batches(Reports)), [_exported(run, "acmi", "a.zip.acmi", 1)])


def _adsb_csv(run: Path, folder: Path) -> Target:
    from openiads.interop.adsb import Reports

    head = b"time,icao24,lat,lon,geoaltitude,baroaltitude,velocity,heading,vertrate,callsign\n"
    rows = b"1626098400,3c4591,51.4,-0.4,10843,10800,254,99,0.3,DLH1\n" * 4
    return Target("adsb csv", _through(folder / "a.csv", _batches(Reports)), [head + rows])


def _adsb_json(run: Path, folder: Path) -> Target:
    from openiads.interop.adsb import Reports

    point = [1, 40.0, 33.0, 1000, 200, 90.0, 0, 64, None, "x", 1100]
    trace = json.dumps({"icao": "a", "timestamp": 1.5e9, "trace": [[k, *point[1:]] for k in range(5)]}).encode()
    row = {"timestamp": 1.5e12, "icao24": "a", "latitude": 40.0, "longitude": 33.0, "altitude": 30000, "groundspeed": 400}
    columns = {name: {"0": value, "1": value} for name, value in row.items()}
    samples = [trace, json.dumps([row] * 3).encode(), json.dumps(columns).encode()]
    return Target("adsb json", _through(folder / "a.json", _batches(Reports)), [*samples, gzip.compress(trace)])


def _msdl(run: Path, folder: Path) -> Target:
    from openiads.interop.msdl import Reports

    place = "<GDC><Latitude>40</Latitude><Longitude>33</Longitude><ElevationAGL>1</ElevationAGL></GDC>"
    unit = "<Unit><Name>a</Name><SymbolIdentifier>SFGP------</SymbolIdentifier>"
    unit += f"<Location><CoordinateData>{place}</CoordinateData></Location></Unit>"
    units = f"<Organizations><Units>{unit * 2}</Units></Organizations>"
    text = f"<?xml version='1.0'?><MilitaryScenario xmlns='x'>{units}</MilitaryScenario>"
    return Target("msdl", _through(folder / "a.xml", _batches(Reports)), [text.encode()])


def _scenario(run: Path, folder: Path) -> Target:
    from openiads.scenario.loader import load_scenario

    shipped = ROOT / "src" / "openiads" / "scenario" / "library" / "skeleton.yaml"
    return Target("scenario", _through(folder / "a.yaml", load_scenario), [SMALL.read_bytes(), shipped.read_bytes()])


def _study(run: Path, folder: Path) -> Target:
    from openiads.study.loading import load_study
    from openiads.study.shipped import find

    files = [find(name) for name in ("coverage-claims", "standalone-vs-integrated")]
    read = _through(folder / "study.yaml", lambda path: load_study(path, scenario=False))
    return Target("study", read, [file.read_bytes() for file in files])


def _catalogue(run: Path, folder: Path) -> Target:
    from openiads.catalogue.loading import Catalogue

    place = folder / "catalogue"
    shutil.copytree(ROOT / "src" / "openiads" / "catalogue" / "data", place, dirs_exist_ok=True)
    good = (place / "missiles.yaml").read_bytes()

    def read(data: bytes) -> None:
        (place / "missiles.yaml").write_bytes(data)
        Catalogue(place).entries("missiles")

    return Target("catalogue", read, [good])


def _detections(run: Path, folder: Path) -> Target:
    from openiads.tracking.tables import read_detections

    text = b"time_s,sensor_id,range_m,azimuth_rad,elevation_rad,range_rate_mps,snr_db\n" + b"1.0,a,5e4,1.0,0.1,,12\n" * 4
    return Target("detections", _through(folder / "detections.csv", lambda path: read_detections(path, ["a"])), [text])


def _dted(run: Path, folder: Path) -> Target:
    from openiads.geo.terrain.dted import read_dted

    return Target("dted", _through(folder / "n40.dt0", read_dted), [dted_bytes()])


def dted_bytes(points: int = 5) -> bytes:
    """A DTED file of few posts, with its checksums."""
    step = 36_000 // (points - 1)
    uhl = f"UHL10330000E0400000N{step:04d}{step:04d}NA  U  {'':12}{points:04d}{points:04d}0".encode()
    body = b""
    for line in range(points):
        record = (
            bytes([0xAA])
            + line.to_bytes(3, "big")
            + line.to_bytes(2, "big")
            + bytes(2)
            + np.arange(points, dtype=">i2").tobytes()
        )
        body += record + sum(record).to_bytes(4, "big")
    return uhl.ljust(80) + b"DSI".ljust(648) + b"ACC".ljust(2700) + body


def _hgt(run: Path, folder: Path) -> Target:
    from openiads.geo.terrain.hgt import read_hgt

    return Target("hgt", _through(folder / "N40E033.hgt", read_hgt), [bytes(2 * 1201 * 1201), bytes(100)])


def _hgt_zip(run: Path, folder: Path) -> Target:
    from openiads.geo.terrain.hgt import read_hgt

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("N40E033.hgt", bytes(2 * 1201 * 1201))
    return Target("hgt zip", _through(folder / "N40E033.hgt.zip", read_hgt), [out.getvalue()])


def _geotiff(run: Path, folder: Path) -> Target:
    from openiads.coverage.geotiff import tiff_bytes
    from openiads.geo.terrain.geotiff import read_geotiff, read_header

    heights = np.arange(121, dtype=np.float32).reshape(11, 11)
    good = tiff_bytes(
        heights, west_deg=33.0, north_deg=41.0, longitude_step_deg=0.1, latitude_step_deg=0.1, metadata={"a": "b"}
    )

    def read(path: Path) -> None:
        for cell in read_header(path).cells[:2]:
            read_geotiff(path, cell)

    return Target("geotiff", _through(folder / "a.tif", read), [good])


def _run_manifest(run: Path, folder: Path) -> Target:
    return _run_files(run, folder, "run manifest", "manifest.json", "blocks/common.json", "blocks/*.json")


def _run_parts(run: Path, folder: Path) -> Target:
    return _run_files(run, folder, "run parts", "objects/part-*.parquet", "outcomes/part-*.parquet", "shots/part-*.parquet")


def _run_files(run: Path, folder: Path, name: str, *patterns: str) -> Target:
    """A run folder with one file broken: the first byte says which, the rest is what it holds. Checksums are put right."""
    place = folder / name.replace(" ", "-")
    shutil.copytree(run, place, dirs_exist_ok=True)
    files = sorted({found for pattern in patterns for found in place.glob(pattern)})
    good = {file: file.read_bytes() for file in files}
    blocks = {file: file.read_bytes() for file in place.glob("blocks/*.json")}

    def read(data: bytes) -> None:
        from openiads.interop.source import Source
        from openiads.results.store import RunReader

        file = files[data[0] % len(files) if data else 0]
        file.write_bytes(data[1:])
        try:
            if file.suffix == ".parquet":
                _restate(place, file)
            reader = RunReader.open(place)
            for table in ("objects", "outcomes", "shots"):
                reader.table(table)
            source = Source.open(reader)
            list(source.rows("shots"))
        finally:
            for known, was in (good | blocks).items():
                known.write_bytes(was)

    return Target(name, read, [bytes([k]) + was for k, was in enumerate(good.values())])


def _restate(place: Path, part: Path) -> None:
    """Write size and checksum of a broken part into its block, so that more than the checksum is tried."""
    data = part.read_bytes()
    block = place / "blocks" / f"{part.stem.removeprefix('part-')}.json"
    tree = json.loads(block.read_text())
    tree["parts"][part.parent.name] |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    block.write_text(json.dumps(tree))
