"""Reports of studies: one sheet that a minister can read, and the full report with every table behind it.

`page(folder)` is the full report as HTML, `one_page(folder)` the sheet; `study_json(folder)` is what they say as plain data.
Each HTML is self-contained: no script, no outside request; filters are radio buttons and style.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.report.study_beside import beside as beside_of
from openiads.report.study_beside import elsewhere
from openiads.report.study_data import StudyData, open_study
from openiads.report.study_moments import Moments, find_moments
from openiads.report.study_page import StudyPage

if TYPE_CHECKING:
    from openiads.results.store import RunReader

__all__ = ["one_page", "page", "study_json", "write_study"]


def page(
    folder: Path | str,
    *,
    runs: Sequence["RunReader"] = (),
    viewer: str = "/",
    again: str = "",
    beside: Path | None = None,
    across: Sequence[Path] = (),
) -> str:
    """The full report of a finished study as one HTML page.

    Parameters
    ----------
    folder : path
        Results folder, as `openiads study run` wrote it.
    runs : sequence of RunReader, optional
        Runs that a viewer shows beside the study, in its order: readings then link to the moment where their measure shows.
    viewer : str
        Address of the viewer, to which the state is added.
    again : str, optional
        The command that makes the results again, for the foot.
    beside : path, optional
        Another results folder, as that of the registered study beside its amendment: both words are printed.
    across : sequence of path
        Other study files: where a party says something else there, the page says so.

    Raises
    ------
    StudyError, ResultsError
        When the folder holds no finished study, or a part of it is missing or damaged.
    """
    data = open_study(folder)
    moments = find_moments(data, runs, base=viewer) if runs else Moments()
    other = None if beside is None else beside_of(data, beside)
    return StudyPage(data, moments=moments, again=again, beside=other, across=elsewhere(data, across)).html()


def one_page(folder: Path | str, *, again: str = "") -> str:
    """The sheet of a finished study as one HTML page; it prints on one sheet of A4, and on the screen its numbers stand below.

    Raises
    ------
    StudyError, ResultsError
        As `page`.
    """
    return StudyPage(open_study(folder), full=False, again=again).html()


def write_study(
    folder: Path | str,
    *,
    out: Path | str,
    full: bool = False,
    again: str = "",
    runs: Sequence["RunReader"] = (),
    viewer: str = "/",
    beside: Path | None = None,
    across: Sequence[Path] = (),
) -> Path:
    """Write the sheet, or the full report, to a file; arguments as those of `page`.

    Raises
    ------
    StudyError, ResultsError
        As `page`, or when the file cannot be written.
    """
    from openiads.results.files import write_whole  # noqa: PLC0415

    more = {"runs": runs, "viewer": viewer, "beside": beside, "across": across}
    html = page(folder, again=again, **more) if full else one_page(folder, again=again)  # type: ignore[arg-type]
    write_whole(Path(out), html.encode())
    return Path(out)


def study_json(folder: Path | str, *, runs: Sequence["RunReader"] = (), viewer: str = "/") -> dict[str, Any]:
    """What the page of a study says, as plain data that JSON can hold: for programs, and for a page of one's own.

    Numbers are those of the tables in full; texts are plain and not escaped.
    """
    data = open_study(folder)
    page = StudyPage(data, moments=find_moments(data, runs, base=viewer) if runs else Moments())
    return _as_data(data, page)


def _as_data(data: StudyData, page: StudyPage) -> dict[str, Any]:
    from openiads.report.study_answer import headline, sentences  # noqa: PLC0415
    from openiads.report.study_words import unmarked  # noqa: PLC0415

    m = data.manifest
    tables = ("claims", "comparisons", "attribution", "sweep", "flip_sets", "agenda", "turning", "pairs", "safeguards")
    return {
        "openiads_study_page": 1,
        "study": m["study"],
        "title": data.spec.study.title,
        "question": data.spec.study.question.strip(),
        "model": m["identity"]["model"],
        "in_this_model": True,
        "draft": m["draft"],
        "digest": m["digest"],
        "headline": unmarked(headline(data)),
        "sentences": [_text(s) for s in sentences(data)],
        "parties": [
            {"id": p.id, "name": p.name, "role": p.role, "endorsement": p.endorsement, "silent": p.id in m["silent"]}
            for p in data.spec.parties
        ],
        "claims": [
            {"id": c.id, "text": c.text, "owner": c.owner, "testability": c.testability, "why": c.why} for c in data.spec.claims
        ],
        "readings": [
            {"id": v.id, "claim": v.claim.id, "by": list(v.spec.by), "label": v.spec.label, "asked": unmarked(data.asked(v)),
             "line": data.line(*v.path), "moments": [{"text": t, "address": a} for t, a in page.moments.of(v.id)]}
            for v in data.views
        ],
        "profiles": [
            {"measure": p.measure, "unit": p.unit, "condition": p.condition, "condition_unit": p.condition_unit,
             "fixed": dict(p.fixed), "replications_per_draw": p.count,
             "lines": [{"party": party, "points": [vars(at) for at in points]} for party, points in p.lines]}
            for p in page.profiles
        ],
        "tables": {name: data.table(name) for name in tables},
    }  # fmt: skip


def _text(sentence: Any) -> str:
    """A sentence without its links."""
    from html import unescape  # noqa: PLC0415
    from re import sub  # noqa: PLC0415

    from openiads.report.study_words import unmarked  # noqa: PLC0415

    return unmarked(unescape(sub(r"<[^>]*>", "", str(sentence))))
