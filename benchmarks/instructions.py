"""Instructions of single kernels, counted by Callgrind: the same on any machine, however loaded.

A kernel is compiled by Numba for a plain x86-64 processor without its extensions, as object code for a small C program
that calls it a fixed number of times; Callgrind runs that program. Python is not in it, so a count takes a second. The
kernels are those that the walk spends its time in and that need no records: a keyed draw, the look-up of a probability of
detection, a step of the filter.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CALLS = 2_000
COLLECTED = re.compile(r"Collected : (\d+)")
MAIN = """
#include <stdio.h>
extern double work(double *first, double *second, double *third, long calls);
static double numbers[4096];
int main(int argc, char **argv) {
    for (int k = 0; k < 4096; k++) numbers[k] = 0.5 + 0.4 * k / 4096.0;
    printf("%.17g\\n", work(numbers, numbers + 1024, numbers + 2048, argc > 1 ? CALLS : 0));
    return 0;
}
"""


def missing() -> str:
    """Why instructions cannot be counted here, or nothing."""
    for program in ("valgrind", "cc"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if importlib.util.find_spec("numba") is None or os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return "there is no JIT"
    return ""


def counts() -> dict[str, int]:
    """Instructions of one call of each kernel."""
    environment = {**os.environ, "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, folder]
        environment["OPENIADS_CACHE_DIR"] = folder  # code for another processor must not lie in the usual cache
        subprocess.run(command, check=True, env=environment)
        return {source.stem: _count(source) for source in sorted(Path(folder).glob("*.o"))}


def _count(compiled: Path) -> int:
    """Instructions of a call: those of the program with its calls less those of it without."""
    program = compiled.with_suffix(".run")
    main = compiled.with_suffix(".c")
    main.write_text(MAIN.replace("CALLS", str(CALLS)))
    command = [
        "cc",
        "-O0",
        "-no-pie",
        str(main),
        str(compiled),
        "-lm",
        "-Wl,--unresolved-symbols=ignore-all",
        "-o",
        str(program),
    ]
    subprocess.run(command, check=True, capture_output=True)
    totals = []
    for arguments in ([], ["go"]):
        callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(program), *arguments]
        done = subprocess.run(callgrind, check=True, capture_output=True, text=True)
        found = COLLECTED.search(done.stderr)
        if found is None:
            raise SystemExit(f"callgrind said no count: {done.stderr[-500:]}")
        totals.append(int(found[1]))
    return round((totals[1] - totals[0]) / CALLS)


def compile_all(folder: Path) -> None:
    """Object code of each kernel with its loop, as the function `work`."""
    import llvmlite.binding as llvm
    import numpy as np
    from numba import carray, cfunc

    from openiads.physics.detection import interpolate_pd
    from openiads.streams.draws import uniform
    from openiads.tracking.filters import predict

    def keyed_draw(_first, _second, _third, calls):
        total = 0.0
        for k in range(calls):
            total += uniform(np.uint64(7), k, 3, np.uint64(99), k)
        return total

    def pd_lookup(first, _second, _third, calls):
        table = carray(first, (1, 1024))
        total = 0.0
        for k in range(calls):
            total += interpolate_pd(table, 0, -20.0 + 0.02 * k)
        return total

    def filter_step(first, second, third, calls):
        state, covariance, power = carray(first, (6,)), carray(second, (6, 6)), carray(third, (3, 3))
        for _ in range(calls):
            predict(state, covariance, 1.0, power)
        return state[0]

    for driver in (keyed_draw, pd_lookup, filter_step):
        compiled = cfunc("float64(CPointer(float64), CPointer(float64), CPointer(float64), int64)", error_model="numpy")(
            driver
        )
        text = compiled.inspect_llvm()
        symbol = compiled._wrapper_name
        module = llvm.parse_assembly(text.replace(symbol, "work"))
        machine = llvm.Target.from_default_triple().create_target_machine(cpu="x86-64", features="", opt=3)
        (folder / f"{driver.__name__}.o").write_bytes(machine.emit_object(module))


if __name__ == "__main__":
    compile_all(Path(sys.argv[1]))
