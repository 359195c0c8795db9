"""A finished study as a page reads it: its tables, its file line by line, and where each entry stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from openiads.report.study_words import plain, said

if TYPE_CHECKING:
    from openiads.study.loading import Study
    from openiads.study.opened import Results
    from openiads.study.spec import ClaimSpec, ReadingSpec, StudySpec

Row = dict[str, Any]
Pair = tuple[str, str]
TEXT: Final = "study.yaml"
SIGNS: Final = {">=": "\N{GREATER-THAN OR EQUAL TO}", "<=": "\N{LESS-THAN OR EQUAL TO}", ">": ">", "<": "<"}


@dataclass(frozen=True)
class View:
    """One reading of a claim with its place in the file. `number` counts the readings of the study from 0."""

    number: int
    claim: "ClaimSpec"
    spec: "ReadingSpec"
    path: tuple[str | int, ...]

    @property
    def id(self) -> str:
        """Id of the reading."""
        return self.spec.id

    @property
    def label(self) -> str:
        """The label of the file; the id where there is none."""
        return self.spec.label or self.spec.id


@dataclass(frozen=True)
class StudyData:
    """The results folder of a study."""

    results: "Results"

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.results.folder

    @property
    def manifest(self) -> Any:
        """Its manifest."""
        return self.results.manifest

    @cached_property
    def study(self) -> "Study":
        """The study as it was run."""
        return self.results.study()

    @property
    def spec(self) -> "StudySpec":
        """What its file says."""
        return self.study.spec

    @property
    def confidence(self) -> float:
        """Confidence of the study's intervals."""
        return self.spec.replications.confidence

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """Every party, in the order of registration."""
        return tuple(p.id for p in self.spec.parties)

    @cached_property
    def views(self) -> tuple[View, ...]:
        """Every reading of every claim, in the order of the file."""
        found: list[View] = []
        for c, claim in enumerate(self.spec.claims):
            for r, reading in enumerate(claim.readings):
                found.append(View(len(found), claim, reading, ("claims", c, "readings", r)))
        return tuple(found)

    def measure(self, name: str | None) -> str:
        """A measure in words: its type."""
        return next((plain(m.type) for m in self.spec.measures if m.id == name), str(name))

    def meaning(self, view: View) -> str:
        """One line of plain meaning: the label of the file, else what is asked."""
        return said(view.spec.label) if view.spec.label else self.asked(view)

    def asked(self, view: View) -> str:
        """The test of a reading as a line: statistic, measure, comparison, threshold, unit."""
        spec = view.spec
        if spec.statistic is None or spec.threshold is None:
            return f"{spec.expect} by the search {said(spec.bridging)}"
        kind = spec.statistic
        quantile = "median" if kind.q == 0.5 else f"{100 * (kind.q or 0.0):g} % quantile"
        what = {"mean": "mean", "sum": "sum of", "prob": "share of runs with", "quantile": quantile}[kind.kind]
        event = "" if kind.event is None else f" {SIGNS[kind.event.op]} {kind.event.value:g}{self._unit(spec.measure)}:"
        contrast = spec.contrast
        taken = "" if contrast is None else f", {said(plain(contrast.value))} minus {said(plain(contrast.minus))}"
        relative = ", relative to the latter" if contrast is not None and contrast.relative else ""
        unit = "" if spec.unit in (None, "1") else f" {spec.unit}"
        return (
            f"{what} {self.measure(spec.measure)}{event}{taken}{relative} {SIGNS[spec.op or '>=']} {spec.threshold:g}{unit}"
        )

    def _unit(self, name: str | None) -> str:
        unit = next((m.unit for m in self.spec.measures if m.id == name), "1")
        return "" if unit == "1" else f" {unit}"

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The study file, line by line."""
        return tuple((self.folder / TEXT).read_text(encoding="utf-8").splitlines())

    def line(self, *path: str | int) -> int:
        """The line of an entry of the study file, from 1; that of the section around it when the file does not hold it."""
        from openiads.scenario.problems import place_of  # noqa: PLC0415

        return place_of(path, self.study.document.marks, at_key=False)[0]

    def at(self, text: object, *path: str | int) -> Markup:
        """A text that links to the line of the study file that it comes from."""
        return Markup('<a class="n" href="#L{}">{}</a>').format(self.line(*path), text)

    def table(self, name: str) -> list[Row]:
        """A table as rows."""
        if name not in self._tables:
            from openiads.study.tables import read_table  # noqa: PLC0415

            self._tables[name] = read_table(self.folder, name)
        return self._tables[name]

    @cached_property
    def _tables(self) -> dict[str, list[Row]]:
        return {}

    def rows(self, name: str, **wanted: Any) -> Iterator[Row]:
        """Rows of a table that hold these values."""
        return (row for row in self.table(name) if all(row[k] == v for k, v in wanted.items()))

    def claim_row(self, reading: str, party: str) -> Row:
        """The row of `claims` of one reading under one party."""
        return next(self.rows("claims", reading=reading, party=party))

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Pairs that were compared, in the order of the file."""
        return tuple(dict.fromkeys((r["party_a"], r["party_b"]) for r in self.table("comparisons")))

    @property
    def main_pair(self) -> Pair | None:
        """The pair of the first sheet: the first in which nobody is silent."""
        silent = set(self.manifest["silent"])
        return next((p for p in self.pairs if not silent & set(p)), self.pairs[0] if self.pairs else None)

    def comparison(self, reading: str, pair: Pair) -> Row | None:
        """The row of `comparisons` of one reading and pair."""
        return next(self.rows("comparisons", reading=reading, party_a=pair[0], party_b=pair[1]), None)

    def shares(self, reading: str, pair: Pair, kind: str = "uniform") -> list[Row]:
        """The rows of `attribution` of one reading and pair, largest share first."""
        found = self.rows("attribution", reading=reading, party_a=pair[0], party_b=pair[1], interval_reading=kind)
        return sorted(found, key=lambda row: -abs(row["share"]))

    def assumption(self, name: str) -> tuple[int, Any]:
        """Place in the file and spec of an assumption."""
        return next((k, a) for k, a in enumerate(self.spec.assumptions) if a.id == name)

    def colour(self, party: str) -> str:
        """Class of a party's colour, by the order of registration: neutral ones, never blue and red."""
        return "abcdef"[min(self.parties.index(party), 5)]


def open_study(folder: Path | str) -> StudyData:
    """A finished study for a page.

    Raises
    ------
    StudyError
        When the folder holds none, or one that is not finished, or a part of it is missing or damaged.
    """
    from openiads.errors import StudyError  # noqa: PLC0415
    from openiads.study.opened import open_results  # noqa: PLC0415

    results = open_results(Path(folder))
    if not (results.folder / TEXT).is_file():
        raise StudyError(
            f"{results.folder}: {TEXT} is missing; the folder is damaged. Copy it whole, or run the study again"
        )
    data = StudyData(results)
    _require_whole(data)
    return data


def _require_whole(data: StudyData) -> None:
    """Nothing that a page shows was changed since the run: tables, study file, chain of looks."""
    from openiads.errors import StudyError  # noqa: PLC0415
    from openiads.results.files import read_bytes, sha256_hex  # noqa: PLC0415
    from openiads.study.lock import LookLog  # noqa: PLC0415

    again = "Put the original back, or make it anew: openiads study run ... --resume"
    for output in data.manifest["outputs"]:
        path = data.folder / output["file"]
        if path.suffix == ".parquet" and sha256_hex(read_bytes(path)) != output["sha256"]:
            raise StudyError(f"{path}: was changed after the run. {again}")
    if data.study.sha256 != data.manifest["identity"]["study_sha256"]:
        raise StudyError(f"{data.folder / TEXT}: was changed after the run. {again}")
    looks = LookLog(data.folder / "looks.jsonl").lines()
    if data.manifest["looks"]["last"] != (looks[-1]["sha256"] if looks else None):
        raise StudyError(f"{data.folder / 'looks.jsonl'}: is not the log of these results. {again}")
