"""The pool: every block once, whatever the workers, also when some of them die."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import openiads
from openiads.engine.pool import WorkerError, _Queue, block_ranges, run_blocks

HERE = Path(__file__).parent
SOURCES = Path(openiads.__file__).parents[1]


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(HERE)
    import pool_tasks

    pool_tasks.seen.clear()
    return pool_tasks


def collect(task: Any, blocks: Any, **options: Any) -> dict[Any, Any]:
    found: dict[Any, Any] = {}

    def on_done(block: Any, result: Any) -> None:
        assert block not in found
        found[block] = result

    run_blocks(task, blocks, on_done=on_done, **options)
    return found


@pytest.mark.parametrize(
    ("replications", "size", "first", "expected"),
    [
        (10, 4, 0, [range(4), range(4, 8), range(8, 10)]),
        (8, 4, 0, [range(4), range(4, 8)]),
        (3, 4, 0, [range(3)]),
        (5, 4, 7, [range(7, 11), range(11, 12)]),
        (0, 4, 0, []),
    ],
)
def test_block_ranges(replications: int, size: int, first: int, expected: list[range]) -> None:
    assert block_ranges(replications, size, first=first) == expected


def test_blocks_of_32_by_default_and_wrong_numbers() -> None:
    assert [len(b) for b in block_ranges(80)] == [32, 32, 16]
    with pytest.raises(ValueError, match="block_size 0"):
        block_ranges(5, 0)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_block_once(tasks: Any, workers: int) -> None:
    assert collect(tasks.square, range(25), workers=workers) == {n: n * n for n in range(25)}
    assert collect(tasks.square, [], workers=workers) == {}


def test_one_worker_is_this_process(tasks: Any) -> None:
    found = collect(tasks.surroundings, [0, 1], workers=1, initializer=tasks.remember, initargs=("x", 2))
    assert {f["pid"] for f in found.values()} == {os.getpid()}
    assert found[1]["seen"] == [("x", 2)]


def test_workers_get_environment_path_and_initializer(tasks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    found = collect(tasks.surroundings, range(4), workers=2, initializer=tasks.remember, initargs=("x", 2))
    assert os.getpid() not in {f["pid"] for f in found.values()}
    for f in found.values():
        assert f["jit"] == "1"
        assert str(HERE) in f["path"]
        assert f["seen"] == [("x", 2)]  # once in every worker
        assert f["main"] is None  # the caller's script was not run again


def test_no_more_than_two_blocks_per_worker_are_taken_ahead(tasks: Any) -> None:
    taken, ahead = 0, []

    def blocks() -> Iterator[int]:
        nonlocal taken
        for n in range(20):
            taken += 1
            yield n

    run_blocks(tasks.slow, blocks(), workers=2, on_done=lambda block, result: ahead.append(taken))
    assert all(count - done <= 4 for done, count in enumerate(ahead))


def test_a_dead_worker_costs_no_block(tasks: Any, tmp_path: Path) -> None:
    found = collect(tasks.die_once, [(str(tmp_path), n) for n in range(12)], workers=2)
    assert sorted(found.values()) == list(range(12))
    times = Counter(int(p.name.split("-")[0]) for p in tmp_path.iterdir())
    assert times[3] == 2
    assert sum(times.values()) <= 12 + 4  # only what was in flight was done again


def test_the_block_that_kills_its_workers_is_named(tasks: Any, tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match=r"block \('.*', 3\): the worker process died 4 times"):
        collect(tasks.die_always, [(str(tmp_path), n) for n in range(12)], workers=2)
    times = Counter(int(p.name.split("-")[0]) for p in tmp_path.iterdir())
    assert times.pop(3) == 4
    assert max(times.values()) <= 2  # its neighbours were done again once, not each time


def test_a_block_that_lost_its_worker_goes_alone() -> None:
    queue = _Queue("abcd")
    assert queue.take([], 2) == ["a"]
    assert queue.take(["a"], 2) == ["b"]
    assert queue.take(["a", "b"], 2) == []
    queue.lose(["a", "b"])
    assert queue.take([], 2) == ["a"]
    assert queue.take(["a"], 2) == []  # alone
    queue.clear("a")
    assert queue.take([], 2) == ["b"]
    assert queue.take(["b"], 2) == []  # also the last of them
    queue.put_back("b")
    assert queue.take([], 2) == ["b"]
    queue.clear("b")
    assert [queue.take([], 2), queue.take(["c"], 2), queue.take([], 2)] == [["c"], ["d"], []]


def test_ctrl_c_in_a_terminal_leaves_one_traceback(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(
        SCRIPT.replace("print(result)", "[print(result, flush=True), time.sleep(20)]").replace("sys\n", "sys, time\n", 1)
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCES), str(HERE)])}
    process = subprocess.Popen(
        [sys.executable, path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "script\n"
    assert process.stdout.readline() in {"0\n", "1\n", "4\n", "9\n"}
    time.sleep(0.3)  # now the workers wait for something to do
    os.killpg(process.pid, signal.SIGINT)  # the terminal sends it to the workers too
    _, errors = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT
    assert errors.count("Traceback") == 1


def test_errors_of_the_task_the_initializer_and_on_done_come_through(tasks: Any) -> None:
    for workers in (1, 2):
        with pytest.raises(KeyError, match="block two"):
            collect(tasks.fail, range(8), workers=workers)
        with pytest.raises(ValueError, match="the initializer refused"):
            collect(tasks.square, range(8), workers=workers, initializer=tasks.refuse)

    def on_done(block: int, result: int) -> None:
        raise RuntimeError(f"no room for {block}")

    with pytest.raises(RuntimeError, match="no room for"):
        run_blocks(tasks.square, [0, 1], workers=2, on_done=on_done)
    assert multiprocessing.active_children() == []


def test_an_error_that_cannot_travel_comes_as_text(tasks: Any) -> None:
    with pytest.raises(RuntimeError, match=r"(?s)Traceback.*fail_awkwardly.*AwkwardError: ab"):
        collect(tasks.fail_awkwardly, range(2), workers=2)


def test_too_few_workers(tasks: Any) -> None:
    with pytest.raises(ValueError, match="workers is 0; 1 is the least"):
        collect(tasks.square, [1], workers=0)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)])
def test_interrupts_end_the_workers(tasks: Any, workers: int, number: signal.Signals, error: type[BaseException]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    began = time.monotonic()
    with pytest.raises(error):
        run_blocks(
            tasks.slow, range(10_000), workers=workers, on_done=lambda block, result: block or os.kill(os.getpid(), number)
        )
    assert time.monotonic() - began < 10  # s; 10,000 blocks would take minutes
    assert multiprocessing.active_children() == []
    assert signal.getsignal(signal.SIGTERM) is before


def test_works_from_another_thread(tasks: Any) -> None:
    found: list[dict[Any, Any]] = []
    thread = threading.Thread(target=lambda: found.append(collect(tasks.square, range(5), workers=2)))
    thread.start()
    thread.join()
    assert found == [{n: n * n for n in range(5)}]


SCRIPT = """
from openiads.engine.pool import run_blocks
import pool_tasks, sys
print("script")
run_blocks(pool_tasks.square, range(4), workers=2, on_done=lambda block, result: print(result))
assert __file__ == sys.argv[0] and __spec__ is None and sys.modules["__main__"].__file__ == __file__
"""

OWN_TASK = """
from openiads.engine.pool import run_blocks
def task(block):
    return block + 1
if __name__ == "__main__":
    run_blocks(task, range(4), workers=2, on_done=lambda block, result: print(result))
"""


@pytest.mark.parametrize(("text", "expected"), [(SCRIPT, ["0", "1", "4", "9", "script"]), (OWN_TASK, ["1", "2", "3", "4"])])
def test_scripts_with_and_without_a_guard(tmp_path: Path, text: str, expected: list[str]) -> None:
    path = tmp_path / "script.py"
    path.write_text(text)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCES), str(HERE)])}
    ran = subprocess.run([sys.executable, path], capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert ran.stderr == ""
    assert sorted(ran.stdout.split()) == expected
