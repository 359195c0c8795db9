"""Progress: silent when quick, a line every five seconds in a pipe, a bar on a terminal."""

import io

from openiads.cli.progress import Progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(stream: io.StringIO, times: list[float]) -> str:
    clock = Clock()
    with Progress(10, "run", stream=stream, clock=clock) as progress:
        for time in times:
            clock.now = 100.0 + time
            progress.advance()
    return stream.getvalue()


def test_nothing_is_shown_of_what_is_quick() -> None:
    assert run(io.StringIO(), [0.1, 1.0, 1.9]) == ""
    assert run(Terminal(), [0.1, 1.0, 1.9]) == ""


def test_a_line_every_five_seconds_in_a_pipe() -> None:
    assert run(io.StringIO(), [1.0, 2.0, 4.0, 6.9, 7.0, 8.0]).splitlines() == [
        "run: 2 of 10 replications, 2 s, about 8 s to go",
        "run: 5 of 10 replications, 7 s, about 8 s to go",  # at the pace since the line before
        "run: 6 of 10 replications, 8 s",  # the last line, at the end
    ]


def test_a_bar_on_a_terminal() -> None:
    text = run(Terminal(), [1.0, 3.0])
    assert "run" in text
    assert "2/10" in text.replace(" ", "")


def test_a_total_that_was_guessed_too_low_is_never_passed() -> None:
    lines = run(io.StringIO(), [float(k) for k in range(12)]).splitlines()
    assert lines[-1] == "run: 12 of 12 replications, 11 s"
    assert not any(" of 10" in line for line in lines if line.startswith(("run: 11", "run: 12")))


def test_what_was_done_before_says_nothing_of_the_time_to_go() -> None:
    """A study that goes on finds a third done at once; the rest goes at the pace of what is run."""
    stream, now = io.StringIO(), [0.0]
    with Progress(900, "running", unit="runs", stream=stream, clock=lambda: now[0]) as progress:
        for at_s, count in ((1.0, 300), (3.0, 2), (8.0, 10), (13.0, 10)):
            now[0] = at_s
            progress.advance(count)
        lines = stream.getvalue().splitlines()
    assert lines[1] == "running: 312 of 900 runs, 8 s, about 294 s to go"
    assert lines[2] == "running: 322 of 900 runs, 13 s, about 289 s to go"
