"""What the page asks for, by name, as bytes: the server sends it, the exported file holds it."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from threading import RLock
from typing import Any, Final

from openiads import __version__, api
from openiads.errors import OpeniadsError, ResultsError
from openiads.web.columns import Content
from openiads.web.coverage import coverage
from openiads.web.hillshade import Shade, hillshade
from openiads.web.scene import Shown, scene_parts
from openiads.web.series import series
from openiads.web.study import ShownStudy
from openiads.web.tracks import tracks

ARROW: Final = "application/vnd.apache.arrow.stream"
JSON: Final = "application/json"
HTML: Final = "text/html; charset=utf-8"
LABELS: Final = ("A", "B")
CACHE: Final = 160_000_000
"""Bytes of answers kept, the ones asked for last; a replication played twice is then not read twice."""


@dataclass
class Payload:
    """One or two runs, or a study, or both, behind names such as `run/0/5/scene.json`. Safe to use from several threads."""

    runs: tuple[Shown, ...]
    study: ShownStudy | None = None
    report: Path | None = None
    terrain: Path | None = None
    basemap: bool = False
    _kept: dict[str, Content] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    @classmethod
    def open(
        cls,
        folders: Sequence[Path],
        *,
        study: Path | None = None,
        report: Path | None = None,
        terrain: Path | None = None,
    ) -> "Payload":
        """Open one or two run folders, and the results folder of a study; with a study there may be no run.

        Raises
        ------
        ResultsError
            When a folder is missing, foreign, incomplete or damaged, or there are not one or two of them.
        StudyError
            When the study is missing, not finished or damaged.
        """
        cls.check(folders, study, report)
        runs = tuple(Shown(api.open_run(folder), label) for folder, label in zip(folders, LABELS, strict=False))
        return cls(runs, ShownStudy.open(study) if study else None, report, terrain)

    @staticmethod
    def check(folders: Sequence[Path], study: Path | None, report: Path | None) -> None:
        """Raise `ResultsError` for what no later moment can mend: too many runs or none, no report there."""
        if not (0 if study else 1) <= len(folders) <= len(LABELS):
            raise ResultsError(f"{len(folders)} run folders; the viewer shows one, or compares two.")
        if report is not None and not report.is_file():
            raise ResultsError(f"{report}: no such file. Make it with `openiads report` or `openiads study report`.")

    def config(self) -> dict[str, Any]:
        """What the page needs before anything else."""
        shade = self._shade()
        return {
            "version": __version__,
            "report": self.report is not None,
            "study": self.study is not None,
            "basemap": self.basemap,
            "hillshade": shade.extent if shade else None,
            "runs": [
                {
                    "label": shown.label,
                    "folder": shown.run.folder.name,
                    "title": shown.run.reader.manifest.title,
                    "variant": shown.run.reader.manifest.variant,
                    "first_replication": shown.run.reader.manifest.first_replication,
                    "replications": shown.run.reader.manifest.replications,
                }
                for shown in self.runs
            ],
        }

    def get(self, name: str) -> tuple[str, Content] | None:
        """Content type and bytes of `name`, or None when there is no such thing.

        Raises
        ------
        ResultsError
            When the run cannot be read or a replication does not come out as recorded.
        """
        if name == "config.json":
            return JSON, _json(self.config())
        if name == "world.json":
            return JSON, self._keep(name, (files("openiads.catalogue") / "data/map/countries-50m.json").read_bytes)
        if name == "study.json" and self.study is not None:
            shown = self.study
            return JSON, self._keep(name, lambda: _json(shown.data(self.runs, report=self.report is not None)))
        if name == "study-report.html" and self.study is not None:
            shown = self.study
            return HTML, self._keep(name, lambda: shown.report(self.runs))
        if name == "hillshade.png" and (shade := self._shade()) is not None:
            return "image/png", shade.png
        if name == "report.html" and self.report is not None:
            return HTML, self.report.read_bytes()
        parts = name.split("/")
        if parts[0] != "run" or not all(part.isascii() for part in parts):
            return None
        if len(parts) == 3 and parts[1].isdecimal() and int(parts[1]) < len(self.runs):
            return self._of_run(name, self.runs[int(parts[1])], parts[2])
        if len(parts) == 4 and parts[1].isdecimal() and parts[2].isdecimal() and int(parts[1]) < len(self.runs):
            return self._of_replication(name, self.runs[int(parts[1])], int(parts[2]), parts[3])
        return None

    def shows_map(self) -> bool:
        """Whether the page with the map is the first one; a study without a run has no map."""
        return bool(self.runs)

    def prepare(self) -> None:
        """Make ready what every page asks for first. What goes wrong is told when it is asked for."""
        for number, shown in enumerate(self.runs):
            first = shown.run.reader.manifest.first_replication
            for name in ("truth.arrow", f"{first}/scene.json", "series.json", "coverage.json"):
                try:
                    self.get(f"run/{number}/{name}")
                except OpeniadsError:
                    return

    def _of_run(self, name: str, shown: Shown, what: str) -> tuple[str, Content] | None:
        if what == "truth.arrow":
            return ARROW, shown.truth.arrow
        if what == "series.json":
            return JSON, self._keep(name, lambda: _json(series(shown)))
        if what == "coverage.json":
            return JSON, self._keep(name, lambda: _json(coverage(shown.scenario)))
        return None

    def _of_replication(self, name: str, shown: Shown, number: int, what: str) -> tuple[str, Content] | None:
        if number not in shown.run.reader.manifest.span():
            return None
        if what not in ("scene.json", "tracks.arrow"):
            return None
        with self._lock:  # one at a time: walking a replication again is not for two threads
            if name not in self._kept:
                self._read(name.removesuffix(what), shown, number)
            return (JSON if what == "scene.json" else ARROW), self._take(name)

    def _read(self, prefix: str, shown: Shown, number: int) -> None:
        """Both answers about a replication: the page asks for both, and the tracks are then read once."""
        found = tracks(shown.replication(number), number)
        self._put(f"{prefix}tracks.arrow", found.arrow)
        self._put(f"{prefix}scene.json", _object(scene_parts(shown, number, found)))

    def _shade(self) -> Shade | None:
        if self.terrain is None or not self.runs:
            return None
        with self._lock:
            if not hasattr(self, "_hillshade"):
                self._hillshade = hillshade(self.terrain, self.runs[0].scenario)
            return self._hillshade

    def _keep(self, name: str, make: Callable[[], Content]) -> Content:
        with self._lock:
            if name not in self._kept:
                self._put(name, make())
            return self._take(name)

    def _put(self, name: str, content: Content) -> None:
        self._kept[name] = content
        while len(self._kept) > 2 and sum(map(len, self._kept.values())) > CACHE:
            self._kept.pop(next(iter(self._kept)))

    def _take(self, name: str) -> Content:
        self._kept[name] = self._kept.pop(name)  # now the one asked for last
        return self._kept[name]


def _object(parts: Iterator[tuple[str, Any]]) -> bytearray:
    """The parts of one JSON object, each written as it comes."""
    content = bytearray()
    for name, value in parts:
        content += (b"," if content else b"{") + _json(name) + b":" + _json(value)
    return content + b"}"


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()
