"""What other tools' formats cost: DIS packets, and a quarter of an hour of 300 objects in each format. CPU time."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openiads
from openiads.interop.dis.codec import decode, encode
from openiads.interop.dis.export import Exporter
from openiads.interop.source import Source
from openiads.scenario.loader import load_scenario_text
from rows import Row, cpu_s, memory_mb
from scenes import scene

FILES = {
    "dis": "run.pcap",
    "asterix": "run.ast",
    "czml": "run.czml",
    "kml": "run.kmz",
    "acmi": "run.zip.acmi",
    "geojson": "run.geojson",
    "events": "run.parquet",
    "stonesoup": "run.zip",
}


def interop(*, tiny: bool = False) -> Iterator[Row]:
    """Rows of the table: a run of one replication in full, then what each format makes of it."""
    objects, duration_s = (5, 120.0) if tiny else (300, 900.0)
    with tempfile.TemporaryDirectory() as folder:
        scenario = load_scenario_text(scene(objects, duration_s=duration_s), "benchmark.yaml")
        run = openiads.run(scenario, replications=1, out=Path(folder) / "run")
        yield from _packets(run)
        for to, name in FILES.items():
            path = Path(folder) / name
            seconds = cpu_s(lambda to=to, path=path: openiads.export(run, to, path))
            size = path.stat().st_size / 1e6
            yield Row(
                f"export_{to}_cpu_s",
                f"{objects} objects, {duration_s / 3600:.3g} h, to {to}",
                f"{seconds:.1f} CPU s, {size:.0f} MB (memory so far {memory_mb():.0f} MB)",
                seconds,
            )


def _packets(run: openiads.Run) -> Iterator[Row]:
    pdus = [pdu for _, pdu in Exporter(Source.open(run.reader, until_s=120)).pdus()]
    data = [encode(pdu) for pdu in pdus]
    writing = cpu_s(lambda: _each(encode, pdus), 3)
    reading = cpu_s(lambda: _each(decode, data), 3)
    for key, what, seconds in (("encoded", "encoded", writing), ("decoded", "decoded", reading)):
        rate = len(pdus) / seconds
        yield Row(f"dis_{key}_per_cpu_s", f"DIS packets of all kinds {what} per CPU second", f"{rate:,.0f}", rate)


def _each(work: Callable[[Any], Any], given: list[Any]) -> None:
    """Do it to all and keep nothing, as a stream does."""
    for one in given:
        work(one)


if __name__ == "__main__":
    for row in interop():
        print(f"| {row.what} | {row.text} |", flush=True)
