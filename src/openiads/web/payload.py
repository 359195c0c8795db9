"""What the page asks for, by name, as bytes: the server sends it, the exported file holds it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from threading import RLock
from typing import Any, Final

from openiads import __version__, api
from openiads.errors import ResultsError
from openiads.web.coverage import coverage
from openiads.web.hillshade import Shade, hillshade
from openiads.web.scene import Shown, arrow_bytes, scene, track_table, truth_table
from openiads.web.series import series

ARROW: Final = "application/vnd.apache.arrow.stream"
JSON: Final = "application/json"
LABELS: Final = ("A", "B")
CACHE: Final = 24
"""Answers kept; a replication played twice is not read twice."""


@dataclass
class Payload:
    """One or two runs behind names such as `run/0/5/scene.json`. Safe to use from several threads."""

    runs: tuple[Shown, ...]
    report: Path | None = None
    terrain: Path | None = None
    basemap: bool = False
    _kept: dict[str, bytes] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    @classmethod
    def open(cls, folders: Sequence[Path], *, report: Path | None = None, terrain: Path | None = None) -> "Payload":
        """Open one or two run folders.

        Raises
        ------
        ResultsError
            When a folder is missing, foreign, incomplete or damaged, or there are not one or two of them.
        """
        if not 1 <= len(folders) <= len(LABELS):
            raise ResultsError(f"{len(folders)} run folders; the viewer shows one, or compares two.")
        runs = tuple(Shown(api.open_run(folder), label) for folder, label in zip(folders, LABELS, strict=False))
        if report is not None and not report.is_file():
            raise ResultsError(f"{report}: no such file. Make it with `openiads report` or `openiads study report`.")
        return cls(runs, report, terrain)

    def config(self) -> dict[str, Any]:
        """What the page needs before anything else."""
        shade = self._shade()
        return {
            "version": __version__,
            "report": self.report is not None,
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

    def get(self, name: str) -> tuple[str, bytes] | None:
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
        if name == "hillshade.png" and (shade := self._shade()) is not None:
            return "image/png", shade.png
        if name == "report.html" and self.report is not None:
            return "text/html; charset=utf-8", self.report.read_bytes()
        parts = name.split("/")
        if parts[0] != "run" or not all(part.isascii() for part in parts):
            return None
        if len(parts) == 3 and parts[1].isdecimal() and int(parts[1]) < len(self.runs):
            return self._of_run(name, self.runs[int(parts[1])], parts[2])
        if len(parts) == 4 and parts[1].isdecimal() and parts[2].isdecimal() and int(parts[1]) < len(self.runs):
            return self._of_replication(name, self.runs[int(parts[1])], int(parts[2]), parts[3])
        return None

    def _of_run(self, name: str, shown: Shown, what: str) -> tuple[str, bytes] | None:
        if what == "truth.arrow":
            return ARROW, self._keep(name, lambda: arrow_bytes(truth_table(shown)))
        if what == "series.json":
            return JSON, self._keep(name, lambda: _json(series(shown)))
        if what == "coverage.json":
            return JSON, self._keep(name, lambda: _json(coverage(shown.scenario)))
        return None

    def _of_replication(self, name: str, shown: Shown, number: int, what: str) -> tuple[str, bytes] | None:
        if number not in shown.run.reader.manifest.span():
            return None
        if what == "scene.json":
            return JSON, self._keep(name, lambda: _json(scene(shown, number)))
        if what == "tracks.arrow":
            return ARROW, self._keep(name, lambda: arrow_bytes(track_table(shown.replication(number), number)[0]))
        return None

    def _shade(self) -> Shade | None:
        if self.terrain is None:
            return None
        with self._lock:
            if not hasattr(self, "_hillshade"):
                self._hillshade = hillshade(self.terrain, self.runs[0].scenario)
            return self._hillshade

    def _keep(self, name: str, make: Callable[[], bytes]) -> bytes:
        with self._lock:  # one at a time: walking a replication again is not for two threads
            if name not in self._kept:
                while len(self._kept) >= CACHE:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[name] = make()
            return self._kept[name]


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()
