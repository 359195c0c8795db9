"""A finished study beside the runs: the report of the study as data for the page, and as the page that it writes itself."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from openiads.errors import OpeniadsError, StudyError
from openiads.report.study import page, study_json
from openiads.study.opened import Results, open_results
from openiads.study.tables import SCHEMAS, columns, read_table
from openiads.web.scene import Shown

MANIFEST: Final = "study.json"
MOST_LEAKS: Final = 200
"""Leaks of a run that are listed."""


def is_study(folder: Path) -> bool:
    """Whether `folder` is the results folder of a study, finished or not."""
    return (folder / MANIFEST).is_file()


@dataclass(frozen=True)
class ShownStudy:
    """A study opened for the page."""

    results: Results

    @classmethod
    def open(cls, folder: Path) -> "ShownStudy":
        """Open a finished study and look at all its files, so that damage is told now and not when the page asks.

        Raises
        ------
        StudyError
            When the folder holds none, or one that is not finished, damaged, lacks a column or is of another version.
        """
        found = cls(open_results(folder))
        for name in SCHEMAS:
            _check(folder, name)
        try:
            found.data((), report=False)
        except OpeniadsError:
            raise
        except Exception as error:  # a file that was changed by hand may break anywhere
            raise StudyError(f"{folder}: cannot be read ({type(error).__name__}: {error}). Run the study again.") from error
        return found

    @cached_property
    def said(self) -> dict[str, Any]:
        """What its report says, without links."""
        return study_json(self.results.folder)

    def data(self, runs: Sequence[Shown], *, report: bool) -> dict[str, Any]:
        """Everything that the page shows, as plain data for JSON; `runs` are those that the viewer shows beside it."""
        readers = [shown.run.reader for shown in runs]
        said = study_json(self.results.folder, runs=readers, viewer="./") if runs else self.said
        return {
            **said,
            "folder": self.results.folder.name,
            "quick": bool(self.results.manifest["identity"]["sizes"].get("quick", False)),
            "placeholders": len(self.results.manifest.get("placeholders", ())),
            "report": report,
            "runs": [_leaks(shown, number) for number, shown in enumerate(runs)],
        }

    def report(self, runs: Sequence[Shown]) -> bytes:
        """The full report of the study as one HTML page, with links to the moments of the runs."""
        return page(self.results.folder, runs=[shown.run.reader for shown in runs], viewer="/").encode()


def _check(folder: Path, name: str) -> None:
    path = folder / "tables" / f"{name}.parquet"
    try:
        rows = read_table(folder, name)
    except OpeniadsError:
        raise
    except Exception as error:  # Arrow raises many kinds for a file that is cut or is something else
        raise StudyError(f"{path}: cannot be read ({str(error).splitlines()[0]}). Run the study again.") from error
    wanted = [column for column, _ in columns(name)]
    lacking = [column for column in wanted if rows and column not in rows[0]]
    if lacking:
        raise StudyError(f"{path}: has no column {lacking[0]!r}; it should hold {', '.join(wanted)}. Run the study again.")


def _leaks(shown: Shown, number: int) -> dict[str, Any]:
    """The leaks of a run, with what the address of the viewer needs to show each."""
    rows = shown.run.table("ledger").to_pylist()
    return {
        "run": number,
        "label": shown.label,
        "folder": shown.run.folder.name,
        "title": shown.run.reader.manifest.title,
        "leaks": len(rows),
        "rows": [
            {"replication": r["replication"], "object": r["object_id"], "at": r["at_ns"] // 1_000_000, "cause": r["cause"]}
            for r in rows[:MOST_LEAKS]
        ],
    }


def report_policy(html: bytes) -> str:
    """The policy of a report: no script, nothing fetched, and of its styles those that stand in it.

    A page that styles single elements cannot be told by hashes; its styles are then allowed as they are.
    """
    styles = re.findall(rb"<style>(.*?)</style>", html, re.DOTALL)
    if re.search(rb"\sstyle=[\"']", html) or not styles:
        allowed = "'unsafe-inline'"
    else:
        allowed = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(style).digest()).decode()}'" for style in styles)
    return f"default-src 'none'; style-src {allowed}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
