"""Progress on stderr for what takes more than two seconds: a bar on a terminal, a line every five seconds elsewhere."""

import sys
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self, TextIO

PATIENCE_S: Final = 2
"""Choice of the method: time before which nothing is shown."""

PAUSE_S: Final = 5
"""Choice of the method: time between two lines where there is no terminal."""

PACE_OF: Final = 12
"""Lines back to which the pace is taken for the time to go: what was found done at the start says nothing of it."""


class Progress:
    """Counts up to `total`; use it in a `with` statement and call `advance`.

    `stream` and `clock` are for tests: where to write and what tells the time in seconds.
    """

    def __init__(
        self,
        total: int,
        label: str,
        *,
        unit: str = "replications",
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total = total
        self.done = 0
        self._label = label
        self._unit = unit
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._began = self._told = clock()
        self._spoke = False
        self._marks: deque[tuple[float, int]] = deque(maxlen=PACE_OF)
        self._bar: Any = None
        self._task: Any = None

    def expect(self, more: int) -> None:
        """There are `more` to come than was known."""
        self.total += more

    def advance(self, count: int = 1) -> None:
        """`count` more are done; nothing is shown for 0."""
        if count == 0:
            return
        self.done += count
        self.total = max(self.total, self.done)  # a total may be a guess
        now = self._clock()
        if now - self._began < PATIENCE_S:
            return
        if self._stream.isatty():
            self._show_bar()
        elif not self._spoke or now - self._told >= PAUSE_S:
            self._told, self._spoke = now, True
            self._stream.write(self._line(now - self._began) + "\n")
            self._stream.flush()

    def _line(self, elapsed: float, *, ended: bool = False) -> str:
        text = f"{self._label}: {self.done} of {self.total} {self._unit}, {elapsed:.0f} s"
        since_s, already = self._marks[0] if self._marks else (0.0, 0)
        self._marks.append((elapsed, self.done))
        if already < self.done < self.total and not ended:
            text += f", about {(elapsed - since_s) / (self.done - already) * (self.total - self.done):.0f} s to go"
        return text

    def _show_bar(self) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=Console(file=self._stream),
            )
            self._task = self._bar.add_task(self._label, total=self.total)
            self._bar.start()
        self._bar.update(self._task, completed=self.done, total=self.total)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif self._spoke:
            self._stream.write(self._line(self._clock() - self._began, ended=True) + "\n")
