"""A study beside another run of it, and beside other studies: registered and amended words, and what a party says elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openiads.report.study_data import StudyData, open_study


@dataclass(frozen=True)
class Beside:
    """Another results folder: its words next to those of the page, and why they differ as far as both folders say."""

    name: str
    study_sha256: str
    why: tuple[str, ...]
    rows: tuple[tuple[str, str, str, str], ...]
    """Reading, party, word here, word there."""


def beside(data: StudyData, folder: Path) -> Beside:
    """The words of another folder beside those of the page, as of a registered study beside its amendment.

    Raises
    ------
    StudyError
        When the folder holds no finished study.
    """
    from openiads.study.aftermath import compare  # noqa: PLC0415 - brings the model of studies along

    other = open_study(folder)
    words = [{(r["reading"], r["party"]): str(r["word"]) for r in one.table("claims")} for one in (data, other)]
    keys = list(dict.fromkeys([*words[0], *words[1]]))
    rows = tuple((k[0], k[1], words[0].get(k, "not in this study"), words[1].get(k, "not in this study")) for k in keys)
    why = tuple(line for line in compare(other.results, data.results) if line.startswith("why: "))
    return Beside(folder.name, other.manifest["identity"]["study_sha256"], why, rows)


def elsewhere(data: StudyData, files: Sequence[Path]) -> list[str]:
    """Where a party of the study states something else, without overlap, in another study file.

    Raises
    ------
    StudyError
        When a file is no study.
    """
    from openiads.study.cautions import across  # noqa: PLC0415
    from openiads.study.loading import load_study  # noqa: PLC0415

    others = [load_study(path, scenario=False).spec for path in files]
    here = data.spec.study.id
    named = [(here, data.spec), *((s.study.id, s) for s in others if s.study.id != here)]
    return [line for line in across(named) if here in line]
