"""Reports: one self-contained HTML page of what runs say, with a page that stands alone in front.

`write(run, other, out=FILE)` writes one: of a run, and beside another run of the same scenario under another variant.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from openiads.results.store import RunReader

__all__ = ["write"]


class _Run(Protocol):
    @property
    def reader(self) -> "RunReader": ...


def write(
    run: _Run,
    other: _Run | None = None,
    *,
    out: str | Path,
    peacetime: _Run | None = None,
    question: str = "",
    replay: tuple[str, ...] = (),
) -> Path:
    """Write the report of a run as one HTML file without scripts and without anything from outside.

    Parameters
    ----------
    run : Run
        Recorded with its events.
    other : Run, optional
        The same replications of another variant under the same seed; the page then shows paired differences.
    out : path
        File to write.
    peacetime : Run, optional
        A run of the same case in peacetime, for what could be observed of friendly flights.
    question : str
        Title of the page; otherwise the title of the scenario.
    replay : tuple of str
        Commands that make the same page again, for its foot.

    Raises
    ------
    ResultsError
        When a run holds no events, the two runs do not pair, or the file cannot be written.
    """
    from openiads.report.arms import Arm  # noqa: PLC0415 - slow to import
    from openiads.report.page import Report  # noqa: PLC0415 - slow to import
    from openiads.results.files import write_whole  # noqa: PLC0415

    names = _names([one for one in (run, other) if one is not None])
    arms = [Arm(name, one.reader) for name, one in zip(names, filter(None, (run, other)), strict=True)]
    quiet = (
        None if peacetime is None else Arm(peacetime.reader.manifest.choices.get("vignette", "peacetime"), peacetime.reader)
    )
    page = Report(arms[0], arms[1] if other is not None else None, quiet, question, replay)
    write_whole(Path(out), page.html().encode())
    return Path(out)


def _names(runs: list[_Run]) -> list[str]:
    """What the report calls each run: its variant, else its folder, whichever tells them apart."""
    for names in ([one.reader.manifest.variant or "base" for one in runs], [one.reader.folder.name for one in runs]):
        if len(set(names)) == len(names):
            return names
    return ["first run", "second run"]
