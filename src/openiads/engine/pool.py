"""Blocks of replications, in this process or in spawned ones.

A task should write its block itself (`results.store.BlockWriter` can be pickled) and return a few numbers only: the
tables of a block may be hundreds of megabytes, which would go through one pipe and be written by one process, and a block
on a cluster has no parent to return to. A worker that dies in the middle leaves no block, so the same block is done
again.

Which replications make a block depends on the number of replications and the block size, never on the workers.
"""

import contextlib
import os
import pickle
import signal
import sys
import threading
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, Final, Generic, TypeVar

from openiads.errors import OpeniadsError

BLOCK_SIZE: Final = 32
"""Replications in a block: enough to drown the cost of a task, few enough to lose when a worker dies."""

RESUBMISSIONS: Final = 3
"""How often a block whose worker died is tried again."""

Block = TypeVar("Block")
Result = TypeVar("Result")


class WorkerError(OpeniadsError):
    """A worker process died again and again on the same block."""


def block_ranges(replications: int, block_size: int = BLOCK_SIZE, *, first: int = 0) -> list[range]:
    """Replications `first` to `first + replications - 1` in blocks of `block_size`; the last block may be shorter."""
    if replications < 0 or block_size < 1 or first < 0:
        raise ValueError(f"replications {replications}, block_size {block_size}, first {first}: 0, 1 and 0 are the least")
    end = first + replications
    return [range(start, min(start + block_size, end)) for start in range(first, end, block_size)]


def run_blocks(
    task: Callable[[Block], Result],
    blocks: Iterable[Block],
    *,
    workers: int,
    on_done: Callable[[Block, Result], None],
    initializer: Callable[..., object] | None = None,
    initargs: tuple[Any, ...] = (),
) -> None:
    """Run `task` on every block and hand each result to `on_done`, here in the calling process and in any order.

    Parameters
    ----------
    task : callable
        A function of a module that can be imported (or a `functools.partial` of one); called with one block.
    blocks : iterable
        Blocks, each hashable and small. At most `2 * workers` are in flight, so an iterable may be long.
    workers : int
        1 runs in this process, more in as many spawned processes, which get this process's environment and `sys.path`.
    on_done : callable
        Called with block and result. An error in it ends the run.
    initializer, initargs
        Called once in every worker (with `workers=1` once here) before its first block.

    Raises
    ------
    WorkerError
        A block lost its worker more than three times. The blocks in flight when a worker dies are done again one by one,
        so that the one to blame is named.
    Exception
        Whatever the task, the initializer or `on_done` raises; the workers are ended first. The same holds for
        KeyboardInterrupt and for SIGTERM, which becomes `SystemExit(143)`.
    """
    if workers < 1:
        raise ValueError(f"workers is {workers}; 1 is the least")
    with _sigterm_as_exit():
        if workers > 1:
            _run_spawned(task, blocks, workers, on_done, initializer, initargs)
            return
        if initializer is not None:
            initializer(*initargs)
        for block in blocks:
            on_done(block, task(block))


class _Queue(Generic[Block]):
    """Blocks still to do: first those that were in flight when a worker died, alone; then the others."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._fresh = iter(blocks)
        self._back: deque[Block] = deque()
        self._suspects: deque[Block] = deque()
        self._losses: Counter[Block] = Counter()

    def take(self, in_flight: list[Block], limit: int) -> list[Block]:
        """The next block to submit, in a list; an empty list when there is none or when it has to wait."""
        if any(block in self._losses for block in in_flight) or len(in_flight) >= limit:
            return []
        if self._suspects:
            return [self._suspects.popleft()] if not in_flight else []
        if self._back:
            return [self._back.popleft()]
        return list(islice(self._fresh, 1))

    def put_back(self, block: Block) -> None:
        """`block` was taken but never submitted."""
        (self._suspects if block in self._losses else self._back).appendleft(block)

    def lose(self, blocks: list[Block]) -> None:
        """A worker died while `blocks` were in flight."""
        for block in blocks:
            self._losses[block] += 1
            if self._losses[block] > RESUBMISSIONS:
                raise WorkerError(
                    f"{_name(block)}: the worker process died {self._losses[block]} times. Is memory short? "
                    "Use fewer workers or smaller blocks; the blocks that are done are kept, so the run can be resumed."
                )
        self._suspects.extend(blocks)

    def clear(self, block: Block) -> None:
        """`block` is done."""
        self._losses.pop(block, None)


def _name(block: object) -> str:
    if isinstance(block, range):
        return f"replications {block.start} to {block.stop - 1}"
    return f"block {block!r}"


class _Workers:
    """An executor whose workers end when this process ends, in whatever way, or when they are told to."""

    def __init__(self, workers: int, start: tuple[Any, ...], *, hide_main: bool) -> None:
        context = get_context("spawn")
        self._alive_reader, self._alive_writer = context.Pipe(duplex=False)
        self._hide_main = hide_main
        self._executor = ProcessPoolExecutor(
            workers, mp_context=context, initializer=_start_worker, initargs=(self._alive_reader, *start)
        )

    def submit(self, block: object) -> "Future[Any]":
        with _sigint_kept_from_children(), _main_hidden() if self._hide_main else contextlib.nullcontext():
            return self._executor.submit(_run_in_worker, block)

    def stop(self, *, at_once: bool) -> None:
        """End the workers: when they have nothing more to do, or now."""
        if at_once:
            self._alive_writer.close()
        self._executor.shutdown(wait=True, cancel_futures=at_once)
        self._alive_writer.close()
        self._alive_reader.close()


def _run_spawned(
    task: Callable[[Block], Result],
    blocks: Iterable[Block],
    workers: int,
    on_done: Callable[[Block, Result], None],
    initializer: Callable[..., object] | None,
    initargs: tuple[Any, ...],
) -> None:
    queue = _Queue(blocks)
    start = (task, initializer, initargs)
    hide_main = b"__main__" not in pickle.dumps(start)
    lost: list[Block] | None = []
    while lost is not None:
        queue.lose(lost)
        pool = _Workers(workers, start, hide_main=hide_main)
        at_once = True
        try:
            lost = _feed(pool, queue, 2 * workers, on_done)
            at_once = lost is not None
        finally:
            pool.stop(at_once=at_once)


def _feed(pool: _Workers, queue: _Queue[Block], limit: int, on_done: Callable[[Block, Result], None]) -> list[Block] | None:
    """Run blocks until none is left (None) or a worker dies (the blocks that were in flight)."""
    in_flight: dict[Future[Result], Block] = {}
    broken = False
    while True:
        while not broken and (taken := queue.take(list(in_flight.values()), limit)):
            try:
                in_flight[pool.submit(taken[0])] = taken[0]
            except BrokenProcessPool:
                queue.put_back(taken[0])
                broken = True
        if not in_flight:
            return [] if broken else None
        done, _ = wait(in_flight) if broken else wait(in_flight, return_when=FIRST_COMPLETED)
        for future in done:
            try:
                result = future.result()
            except BrokenProcessPool:
                broken = True
                continue
            block = in_flight.pop(future)
            queue.clear(block)
            on_done(block, result)
        if broken and all(future.done() for future in in_flight):
            return list(in_flight.values())


_worker: dict[str, Any] = {}
"""In a worker process: the task and, when the initializer failed, its error."""


def _start_worker(
    alive: Connection, task: Callable[..., Any], initializer: Callable[..., object] | None, initargs: tuple[Any, ...]
) -> None:
    threading.Thread(target=_end_with_parent, args=(alive,), daemon=True).start()
    _worker["task"] = task
    try:
        if initializer is not None:
            initializer(*initargs)
    except Exception as error:  # reported by the first block, with its own message
        _worker["error"] = _portable(error)


def _end_with_parent(alive: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        alive.recv_bytes()  # nothing is ever sent: it returns when the writing end is closed, also by the parent's death
    os._exit(1)


def _run_in_worker(block: object) -> Any:
    if "error" in _worker:
        raise _worker["error"]
    try:
        return _worker["task"](block)
    except Exception as error:
        portable = _portable(error)
        if portable is error:
            raise
        raise portable from None


def _portable(error: Exception) -> Exception:
    """`error` when it survives the way to the parent, else a RuntimeError with its traceback as text."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except Exception:  # whatever makes it fail, it cannot travel
        return RuntimeError("".join(traceback.format_exception(error)))
    return error


@contextlib.contextmanager
def _sigint_kept_from_children() -> Iterator[None]:
    """Processes that are started inside never see Ctrl-C, for which their parent answers; here it is only late."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_main_lock = threading.Lock()


@contextlib.contextmanager
def _main_hidden() -> Iterator[None]:
    """Keep a spawned process from running the caller's script again, which would need an `if __name__` guard in it."""
    main = sys.modules["__main__"]
    with _main_lock:
        kept: dict[str, Any] = {name: vars(main)[name] for name in ("__file__", "__spec__") if name in vars(main)}
        try:
            vars(main).pop("__file__", None)
            vars(main)["__spec__"] = None
            yield
        finally:
            vars(main).pop("__spec__", None)
            vars(main).update(kept)


@contextlib.contextmanager
def _sigterm_as_exit() -> Iterator[None]:
    """SIGTERM as an exception, so that workers are ended and files left whole; only where nobody else handles it."""
    here = threading.current_thread() is threading.main_thread()
    if not here or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
