"""What a study costs besides its runs: scheduling, storing, reading back, judging, per run and per task of 64 runs."""

import importlib.util
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openiads.study.blocks import RUNS_PER_BLOCK
from openiads.study.execute import execute
from openiads.study.loading import load_study
from openiads.study.order import order_of
from rows import Row, cpu_s

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "src" / "openiads" / "study" / "library" / "coverage-claims.yaml"
TOY = ROOT / "tests" / "study" / "toy.py"


def toy() -> Any:
    """The closed-form kernel of the tests: its runs cost next to nothing, so that what is left is the bench's own."""
    spec = importlib.util.spec_from_file_location("toy", TOY)
    module = importlib.util.module_from_spec(spec)
    sys.modules["toy"] = module  # a dataclass asks for its module
    spec.loader.exec_module(module)
    return module.ToyRange(0.05, runs_per_block=RUNS_PER_BLOCK)


class Timed:
    """A kernel with the CPU time that its runs take."""

    def __init__(self, model: Any) -> None:
        self.model, self.spent_s = model, 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    def evaluate(self, batch: Any) -> Any:
        began = time.process_time()
        found = self.model.evaluate(batch)
        self.spent_s += time.process_time() - began
        return found


def study(*, tiny: bool = False) -> Iterator[Row]:
    """A quick study on the closed-form kernel: CPU time less that of its runs, over the runs."""
    study_file, runs = load_study(FILE, scenario=False), []
    model = Timed(toy())
    with tempfile.TemporaryDirectory() as folder:
        order = order_of(study_file, draws=16 if tiny else 64, quick=True)
        spent = cpu_s(lambda: execute(order, Path(folder) / "results", model=model, on_runs=runs.append))
    count = sum(runs)
    each_s = (spent - model.spent_s) / count
    told = f"{count:,} runs, stored and judged"
    yield Row("study_overhead_ms_per_run", f"study: overhead per run ({told})", f"{1e3 * each_s:.2f} CPU ms", 1e3 * each_s)
    task_s = RUNS_PER_BLOCK * each_s
    yield Row(
        "study_overhead_ms_per_task",
        f"study: overhead per task of {RUNS_PER_BLOCK} runs",
        f"{1e3 * task_s:.0f} CPU ms",
        1e3 * task_s,
    )
