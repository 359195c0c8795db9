"""The answer of a sheet, edited by a person: logged, named, with a reason, and printed beside what the program wrote."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openiads.errors import StudyError
from openiads.report.study_words import HERE, problems, said

LOG: Final = "overrides.jsonl"
LONGEST: Final = 600
"""Letters of an edited answer: three sentences."""


@dataclass(frozen=True)
class Override:
    """One edited answer."""

    at: str
    by: str
    why: str
    text: str


def overrides(folder: Path) -> tuple[Override, ...]:
    """Every edit of the answer, the last one last.

    Raises
    ------
    StudyError
        When the chain of the log is broken: an edit was taken out or changed.
    """
    from openiads.study.lock import LookLog  # noqa: PLC0415

    lines = LookLog(folder / LOG).lines()
    return tuple(Override(said(x["at"]), said(x["by"]), said(x["why"]), said(x["text"])) for x in lines)


def override(folder: Path, *, text: str, by: str, why: str) -> None:
    """Log an edited answer; the next page shows it above the answer of the program.

    Raises
    ------
    StudyError
        When the folder holds no finished study, or the text breaks a wording rule, is too long, or does not say that it holds in
        this model; when nobody signs it or no reason is given.
    """
    from openiads.study.lock import LookLog  # noqa: PLC0415
    from openiads.study.opened import open_results  # noqa: PLC0415

    open_results(folder)
    plain = " ".join(text.split())
    if not by.strip() or not why.strip():
        raise StudyError("an edited answer needs a name and a reason: --by NAME --why TEXT")
    if not 0 < len(plain) <= LONGEST:
        raise StudyError(f"an edited answer has 1 to {LONGEST} letters, three sentences; this one has {len(plain)}")
    if HERE not in plain.lower():
        raise StudyError(f"an edited answer says {HERE!r}, as every sheet does")
    found = next(problems(plain.replace("<", " ").replace(">", " ")), None)
    if found is not None:
        raise StudyError(f"an edited answer keeps the wording rules too: {found}")
    log = LookLog(folder / LOG)
    log.note(len(log.lines()), {"by": by.strip(), "why": why.strip(), "text": plain})
