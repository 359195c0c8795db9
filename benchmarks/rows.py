"""A line of the benchmark's table, and how CPU time is taken."""

import os
import resource
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """What was measured, how it reads, and the number behind it, if there is one."""

    key: str
    what: str
    text: str
    value: float | None = None


def cpu_s(action: Callable[[], object], count: int = 1) -> float:
    """Median CPU seconds of this process that `action` takes."""
    seconds = []
    for _ in range(count):
        began = time.process_time()
        action()
        seconds.append(time.process_time() - began)
    return median(seconds)


def child_cpu_s(command: list[str], **environment: str) -> float:
    """CPU seconds of a command and its children."""
    before = _used(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})
    return _used(resource.RUSAGE_CHILDREN) - before


def all_cpu_s() -> float:
    """CPU seconds of this process and its children so far."""
    return _used(resource.RUSAGE_SELF) + _used(resource.RUSAGE_CHILDREN)


def memory_mb() -> float:
    """Largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _used(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime
