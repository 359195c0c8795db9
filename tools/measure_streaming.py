"""Largest memory of an export when a table grows: `python tools/measure_streaming.py RUN MILLIONS [FORMAT]`.

Copies a run with the plots of its first replication repeated to so many million rows (their times spread over the scenario),
exports it in a process of its own, and prints rows, size, CPU seconds and peak memory beside those of the run as it is.
"""

import hashlib
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SUFFIX = {"asterix": "run.ast", "stonesoup": "run.zip", "dis": "run.pcap", "czml": "run.czml"}


def grow(run: Path, folder: Path, millions: float) -> None:
    """A copy of `run` whose plots of replication 0 are repeated."""
    shutil.copytree(run, folder)
    part = next((folder / "plots").glob("part-000000-*.parquet"))
    table = pq.read_table(part)
    schema, rows = table.schema, round(millions * 1e6)
    rng = np.random.default_rng(7)
    chosen = table.take(pa.array(np.sort(rng.integers(0, len(table), rows))))
    last = int(np.asarray(table.column("at_ns")).max())
    times = np.sort(rng.integers(0, last, rows))
    chosen = chosen.set_column(schema.get_field_index("at_ns"), schema.field("at_ns"), pa.array(times))
    pq.write_table(chosen.cast(schema), part, compression="zstd")
    data = part.read_bytes()
    block = folder / "blocks" / f"{part.stem.removeprefix('part-')}.json"
    tree = json.loads(block.read_text())
    tree["parts"]["plots"] = {"rows": rows, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    block.write_text(json.dumps(tree))
    print(f"plots: {rows} rows, {chosen.nbytes / 1e6:.0f} MB in memory, {len(data) / 1e6:.0f} MB on disk")


def measure(run: Path, to: str) -> str:
    """Peak memory and CPU time of one export in a new process."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / SUFFIX[to]
        done = subprocess.run(
            [sys.executable, __file__, "--export", str(run), to, str(out)], stdout=subprocess.PIPE, check=True, text=True
        )
        return f"{done.stdout.strip()}, {out.stat().st_size / 1e6:.0f} MB written"


def export(run: str, to: str, out: str) -> None:
    """In the process of its own."""
    import openiads

    began = time.process_time()
    openiads.export(run, to, out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{to}: {time.process_time() - began:.0f} CPU s, peak memory {peak:.0f} MB")


def main() -> None:
    """Measure the run as it is, and grown."""
    if sys.argv[1] == "--export":
        export(*sys.argv[2:5])
        return
    run, millions = Path(sys.argv[1]), float(sys.argv[2])
    to = sys.argv[3] if len(sys.argv) > 3 else "asterix"
    print(f"as it is: {measure(run, to)}")
    with tempfile.TemporaryDirectory() as name:
        grow(run, Path(name) / "grown", millions)
        print(f"grown: {measure(Path(name) / 'grown', to)}")


if __name__ == "__main__":
    main()
