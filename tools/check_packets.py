"""What other decoders read out of an exported run, field by field against the run: `python tools/check_packets.py RUN`.

tshark decodes every DIS and ASTERIX packet. Nothing may be malformed or unknown; every field that it prints must hold what the
run's tables say, to the resolution of the format, and a field that the run says nothing of must be zero. ASTERIX is also read by
libasterix, and by a third decoder (`asterix_decoder`, GPL, in an environment of its own) where `--third PYTHON` names one.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import openiads
from openiads.interop.source import Source
from packets import asterix, dis
from packets.reading import Report


def check(
    run: str | Path, folder: Path, *, replication: int = 0, third: str | None = None, emitter: int | None = None
) -> Report:
    """Export a replication to `folder`, decode it with every decoder at hand and compare."""
    opened = openiads.open_run(run)
    source = Source.open(opened.reader, replication)
    report = Report()
    captures = {name: folder / f"{name}.pcap" for name in ("dis", "asterix")}
    openiads.export(opened, "dis", captures["dis"], replication=replication, exercise=9, emitter=emitter)
    openiads.export(opened, "asterix", captures["asterix"], replication=replication)
    dis.compare(source, captures["dis"], report, exercise=9, emitter=emitter)
    asterix.compare(source, captures["asterix"], report, third=third)
    return report


def main(arguments: list[str] | None = None) -> int:
    """Check a run; 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", help="run folder")
    parser.add_argument("--replication", type=int, default=0)
    parser.add_argument("--emitter", type=int, default=None, help="emitter name of radars that have none")
    parser.add_argument("--third", default=None, metavar="PYTHON", help="interpreter that has asterix_decoder")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        report = check(given.run, Path(folder), replication=given.replication, third=given.third, emitter=given.emitter)
    print("\n".join(report.lines()))
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
