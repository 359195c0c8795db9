"""What other tools' formats cost: DIS packets, and an hour of 300 objects in each format. CPU time."""

import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import openiads
from openiads.interop.dis.codec import decode, encode
from openiads.interop.dis.export import Exporter
from openiads.interop.source import Source
from openiads.scenario.loader import load_scenario_text
from scenes import scene

FILES = ("run.pcap", "run.ast", "run.czml", "run.kmz", "run.zip.acmi", "run.geojson", "run.parquet", "run.zip")
FORMATS = ("dis", "asterix", "czml", "kml", "acmi", "geojson", "events", "stonesoup")


def interop(objects: int) -> Iterator[tuple[str, str]]:
    """Rows of the table: a run of one replication in full, then what each format makes of it."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = load_scenario_text(scene(objects), "benchmark.yaml")
        run = openiads.run(scenario, replications=1, out=Path(folder) / "run")
        yield from _packets(run)
        for to, name in zip(FORMATS, FILES, strict=True):
            began = time.process_time()
            openiads.export(run, to, Path(folder) / name)
            seconds = time.process_time() - began
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            size = (Path(folder) / name).stat().st_size / 1e6
            yield (
                f"{objects} objects, one hour, to {to}",
                f"{seconds:.0f} CPU s, {size:.0f} MB (memory so far {memory:.0f} MB)",
            )


def _packets(run: openiads.Run) -> Iterator[tuple[str, str]]:
    pdus = [pdu for _, pdu in Exporter(Source.open(run.reader, until_s=120)).pdus()]
    began = time.process_time()
    data = [encode(pdu) for pdu in pdus]
    encoded = time.process_time()
    for packet in data:
        decode(packet)
    ended = time.process_time()
    yield "DIS packets of all kinds encoded per CPU second", f"{len(pdus) / (encoded - began):.0f}"
    yield "DIS packets of all kinds decoded per CPU second", f"{len(pdus) / (ended - encoded):.0f}"


if __name__ == "__main__":
    for what, measured in interop(300):
        print(f"| {what} | {measured} |", flush=True)
