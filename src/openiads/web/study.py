"""A finished study as the page needs it: its claims with the words of each party, and the numbers behind its pictures.

Nothing is worked out but means of stored sums; words and sentences are those of the study's tables.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from openiads.errors import OpeniadsError, StudyError
from openiads.study.execute import Results, open_results
from openiads.study.spec import StudySpec
from openiads.study.tables import SCHEMAS, read_table
from openiads.web.scene import Shown

Row = dict[str, Any]
MANIFEST: Final = "study.json"
ALTITUDE: Final = re.compile(r"(^|\.)altitude_m$")
"""Path of a condition that is an altitude."""

LENGTHS: Final = ("km", "m", "NM")
"""Units of measures that are a reach."""

SHOWN: Final = {
    "claims": "claim reading party code word share_met share_resolved draws value value_low value_high unit op threshold expected",
    "comparisons": "claim reading party_a party_b between unit value_a value_b delta delta_error material offset leader sentence",
    "attribution": "reading party_a party_b interval_reading player share half_width percent from_a from_b",
    "sweep": "reading party threshold share_met",
}
"""Tables and columns that are sent."""

MOST_MOMENTS: Final = 200
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
        """Open a finished study and read all that is shown.

        Raises
        ------
        StudyError
            When the folder holds none, or one that is not finished, damaged or of another version.
        """
        found = cls(open_results(folder))
        found.tables  # noqa: B018 - damaged files are told now and not when the page asks
        found.spec  # noqa: B018
        return found

    @cached_property
    def spec(self) -> StudySpec:
        """The study file as it was run."""
        path = self.results.folder / "study.yaml"
        try:
            return self.results.study().spec
        except OSError as error:
            raise StudyError(f"{path}: cannot be read ({error.strerror}). Run the study again.") from error
        except UnicodeDecodeError as error:
            raise StudyError(f"{path}: is not text in UTF-8; the file was changed. Run the study again.") from error

    @cached_property
    def tables(self) -> dict[str, list[Row]]:
        """Rows of the tables that are sent."""
        return {name: _rows(self.results.folder, name, columns.split()) for name, columns in SHOWN.items()}

    def data(self, runs: Sequence[Shown], *, report: bool) -> dict[str, Any]:
        """Everything that the page of the study shows, as plain data for JSON; `runs` are those that the viewer shows beside it."""
        about, manifest = self.spec.study, self.results.manifest
        silent = set(manifest.get("silent", ()))
        return {
            "format": 1,
            "folder": self.results.folder.name,
            "id": about.id,
            "title": about.title,
            "question": about.question,
            "draft": bool(manifest.get("draft", True)),
            "quick": bool(manifest["identity"]["sizes"].get("quick", False)),
            "digest": manifest.get("digest", ""),
            "placeholders": len(manifest.get("placeholders", ())),
            "report": report,
            "parties": [
                {"id": p.id, "name": p.name, "role": p.role, "endorsement": p.endorsement, "silent": p.id in silent}
                for p in self.spec.parties
            ],
            "claims": [self._claim(claim) for claim in self.spec.claims],
            "tables": self.tables,
            "reach": self._reach(),
            "moments": [_moments(shown, number) for number, shown in enumerate(runs)],
        }

    def _claim(self, claim: Any) -> dict[str, Any]:
        measures = {m.id: m.type for m in self.spec.measures}
        return {
            **{key: getattr(claim, key) for key in ("id", "text", "owner", "testability", "why")},
            "readings": [
                {
                    "id": reading.id,
                    "label": reading.label or reading.measure or reading.id,
                    "measure": measures.get(reading.measure or "", reading.bridging or ""),
                    "unit": reading.unit,
                    "op": reading.op,
                    "threshold": reading.threshold,
                }
                for reading in claim.readings
            ],
        }

    def _reach(self) -> dict[str, Any] | None:
        """Means of the measures that are lengths over the condition that is an altitude; None when the study has no such two."""
        altitude = next((c for c in self.spec.conditions if ALTITUDE.search(c.path)), None)
        measures = {m.id: m for m in self.spec.measures if m.unit in LENGTHS}
        if altitude is None or not measures:
            return None
        rows = list(self._means(altitude.id, set(measures)))
        if not rows:
            return None
        return {
            "condition": altitude.label or altitude.id,
            "unit": altitude.unit,
            "measures": [{"id": m.id, "type": m.type, "unit": m.unit} for m in measures.values()],
            "rows": rows,
        }

    def _means(self, altitude: str, measures: set[str]) -> Iterator[Row]:
        """Mean over draws and replications of each measure at each level under each party, all else as `rest` says."""
        means: dict[tuple[str, str, str, str], tuple[int, float | None]] = {}
        for row in _rows(self.results.folder, "blocks", ["stage", "key", "cell", "measure", "total", "weight"]):
            cell = dict(part.split("=", 1) for part in row["cell"].split(",") if "=" in part)
            where = re.match(r"verdict/([^/]+)/look(\d+)/", row["key"])
            if row["stage"] != "verdict" or where is None or altitude not in cell or row["measure"] not in measures:
                continue
            level = cell.pop(altitude)
            key = where[1], row["measure"], ", ".join(f"{name} {value}" for name, value in sorted(cell.items())), level
            if key not in means or int(where[2]) > means[key][0]:  # the last look has the most runs
                means[key] = int(where[2]), row["total"] / row["weight"] if row["weight"] else None
        for party, measure, rest, level in sorted(means, key=lambda key: (*key[:3], float(key[3]))):
            mean = means[party, measure, rest, level][1]
            yield {"party": party, "measure": measure, "rest": rest, "level": float(level), "mean": mean}


def _rows(folder: Path, name: str, columns: list[str]) -> list[Row]:
    """Rows of a table, some columns; a value that is no number becomes None.

    Raises
    ------
    StudyError
        When the table is missing, damaged, or lacks a column.
    """
    path = folder / "tables" / f"{name}.parquet"
    try:
        rows = read_table(folder, name)
    except OpeniadsError:
        raise
    except Exception as error:  # Arrow raises many kinds for a file that is cut or is something else
        raise StudyError(f"{path}: cannot be read ({str(error).splitlines()[0]}). Run the study again.") from error
    lacking = [column for column in columns if rows and column not in rows[0]]
    if lacking:
        known = SCHEMAS[name].replace(":s", "").replace(":f", "").replace(":i", "").replace(":b", "")
        raise StudyError(f"{path}: has no column {lacking[0]!r}. A study of this version has: {known}. Run the study again.")
    return [{column: _finite(row[column]) for column in columns} for row in rows]


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _moments(shown: Shown, number: int) -> dict[str, Any]:
    """The leaks of a run, each with the state of the viewer that shows it."""
    rows = shown.run.table("ledger").to_pylist()
    return {
        "run": number,
        "label": shown.label,
        "folder": shown.run.folder.name,
        "title": shown.run.reader.manifest.title,
        "leaks": len(rows),
        "rows": [
            {"replication": r["replication"], "object": r["object_id"], "at": r["at_ns"] // 1_000_000, "cause": r["cause"]}
            for r in rows[:MOST_MOMENTS]
        ],
    }
