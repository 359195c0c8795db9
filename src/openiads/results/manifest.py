"""The manifest of a run folder: what was run, with what, and whether it is complete."""

import json
import platform
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from openiads import __version__
from openiads.errors import ResultsError
from openiads.records.tables import LEVELS, TABLES, Level, tables_at
from openiads.results.files import read_json, sha256_hex
from openiads.results.schema import TAG, replicated

FORMAT: Final = 1
"""Version of the layout of a run folder."""

MANIFEST: Final = "manifest.json"
COMMON: Final = "common"
"""Name of the block that holds the tables without a replication."""

PLATFORM: Final = ("openiads", "kernels", "python", "numpy", "scipy", "numba", "system", "machine", "libc")
"""What must be equal for two parts of one run to be of one piece: floats are bitwise equal on one platform only."""


MOST_REPLICATIONS: Final = 1_000_000_000

FIELD_KINDS: Final[dict[str, type]] = {
    **dict.fromkeys(
        ("scenario_name", "scenario_sha256", "scenario_copy_sha256", "title", "variant", "host", "started", "status"), str
    ),
    **dict.fromkeys(("seed", "first_replication", "replications", "block_size", "workers"), int),
    **dict.fromkeys(("overrides", "placeholders", "software", "choices", "walk", "figures"), dict),
    **dict.fromkeys(("full_replications", "resumed"), tuple),
}
"""Types of the fields of a manifest."""


def software_versions() -> dict[str, str]:
    """Versions that results may depend on: the package, its kernels, Python, the numerical libraries, system and libc."""
    from importlib.metadata import version  # noqa: PLC0415 - slow, and needed once in a run

    from openiads.kernels import source_hash  # noqa: PLC0415

    return {
        "openiads": __version__,
        "kernels": source_hash(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "scipy", "numba", "pyarrow")},
        "system": platform.system(),
        "machine": platform.machine(),
        "libc": "-".join(platform.libc_ver()),
    }


@dataclass(frozen=True, kw_only=True)
class RunInfo:
    """What a run is. `scenario` is the file as text, kept in the folder under `scenario_name`.

    `scenario_sha256` should be the hash of the resolved scenario, so that a comment or the order of keys makes no other run;
    left empty it is the hash of the text. `placeholders` maps the path of each figure that stands in for an unknown one to
    its value; `choices` the options and the vignette to what was chosen; `walk` says which windows were walked and what was
    skipped, when the scenario has windows; `figures` maps the path of each catalogue figure used to the fields it fills. The
    run has `replications` of them, counted from `first_replication`. A replication in `full_replications` is recorded at
    level full whatever `record` is.
    """

    scenario: str
    seed: int
    replications: int
    first_replication: int = 0
    scenario_name: str = "scenario.yaml"
    scenario_sha256: str = ""
    title: str = ""
    variant: str = ""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    record: Level = "events"
    full_replications: tuple[int, ...] = (0,)
    block_size: int = 32
    workers: int = 1
    placeholders: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    walk: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    software: Mapping[str, str] = field(default_factory=software_versions)

    def identity(self) -> dict[str, Any]:
        """What makes two runs the same run, whatever the number of replications, the blocks, the workers and the host."""
        return {
            "scenario_sha256": self.scenario_sha256 or sha256_hex(self.scenario.encode()),
            "variant": self.variant,
            "overrides": json.loads(json.dumps(dict(self.overrides))),  # as it comes back from the file
            "seed": self.seed,
            "first_replication": self.first_replication,
            "record": self.record,
            "full_replications": list(self.full_replications),
            "software": {k: v for k, v in self.software.items() if k in PLATFORM},
        }


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """`manifest.json` of a run folder, as read. Fields are as in `RunInfo`; times are UTC in ISO form."""

    scenario_name: str
    scenario_sha256: str
    scenario_copy_sha256: str
    title: str
    variant: str
    overrides: dict[str, Any]
    seed: int
    first_replication: int
    replications: int
    record: Level
    full_replications: tuple[int, ...]
    block_size: int
    workers: int
    placeholders: dict[str, Any]
    software: dict[str, str]
    host: str
    started: str
    finished: str | None
    status: str
    resumed: tuple[str, ...] = ()
    choices: dict[str, str] = field(default_factory=dict)
    walk: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, list[str]] = field(default_factory=dict)

    def identity(self) -> dict[str, Any]:
        """As `RunInfo.identity`."""
        return {
            "scenario_sha256": self.scenario_sha256,
            "variant": self.variant,
            "overrides": self.overrides,
            "seed": self.seed,
            "first_replication": self.first_replication,
            "record": self.record,
            "full_replications": list(self.full_replications),
            "software": {k: v for k, v in self.software.items() if k in PLATFORM},
        }

    def tables(self) -> tuple[str, ...]:
        """Tables that the folder holds: those of its record level, or all when a replication is recorded in full."""
        in_full = any(k in self.span() for k in self.full_replications)
        return tuple(t.name for t in tables_at("full" if in_full else self.record))

    def span(self) -> range:
        """Replications of the run, by number."""
        return range(self.first_replication, self.first_replication + self.replications)

    def recorded(self, name: str) -> range | tuple[int, ...]:
        """Replications of which table `name` holds the rows (possibly none); empty for a table without replications."""
        if name not in TABLES or not replicated(name):
            return ()
        if LEVELS.index(TABLES[name].level) <= LEVELS.index(self.record):
            return self.span()
        return tuple(k for k in sorted(self.full_replications) if k in self.span())

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the file; the first key says what the file is."""
        fields = {k: list(v) if isinstance(v, tuple) else v for k, v in vars(self).items()}
        return {"openiads_run": FORMAT, "tag": TAG, **fields}


def now() -> str:
    """The time, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_manifest(info: RunInfo) -> Manifest:
    """The manifest of a run that begins now."""
    copy_hash = sha256_hex(info.scenario.encode())
    return Manifest(
        scenario_name=info.scenario_name,
        scenario_sha256=info.scenario_sha256 or copy_hash,
        scenario_copy_sha256=copy_hash,
        title=info.title,
        variant=info.variant,
        overrides=dict(info.overrides),
        seed=info.seed,
        first_replication=info.first_replication,
        replications=info.replications,
        record=info.record,
        full_replications=tuple(info.full_replications),
        block_size=info.block_size,
        workers=info.workers,
        placeholders=dict(info.placeholders),
        software=dict(info.software),
        host=socket.gethostname(),
        started=now(),
        finished=None,
        status="running",
        choices=dict(info.choices),
        walk=dict(info.walk),
        figures={path: list(used_at) for path, used_at in info.figures.items()},
    )


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the run in `folder`.

    Raises
    ------
    ResultsError
        There is no folder, it is not a run, the layout is of another version, or a field is missing or unknown.
    """
    if not folder.is_dir():
        raise ResultsError(f"{folder}: there is no such folder. Make a run with `openiads run FILE -o {folder}`.")
    path = folder / MANIFEST
    if not path.is_file():
        raise ResultsError(
            f"{folder}: is not a run folder (it has no {MANIFEST}). Give the folder that `openiads run` wrote."
        )
    fields = read_json(path)
    found = fields.pop("openiads_run", None)
    fields.pop("tag", None)
    if found is None:
        raise ResultsError(f"{folder}: is not a run folder: its {MANIFEST} was written by another program")
    if found != FORMAT:
        raise ResultsError(
            f"{path}: the layout is version {found}, this program reads {FORMAT}. Use the program that wrote it."
        )
    for name in ("full_replications", "resumed"):
        if isinstance(fields.get(name), list):
            fields[name] = tuple(fields[name])
    try:
        manifest = Manifest(**fields)
    except TypeError as error:
        raise ResultsError(f"{path}: a field is missing or unknown ({error})") from error
    _require_sound(path, manifest)
    return manifest


def _require_sound(path: Path, manifest: Manifest) -> None:
    """Refuse a manifest whose fields no run can have, whoever wrote it; a name that leads out of the folder above all."""
    if manifest.record not in LEVELS:
        raise ResultsError(f"{path}: record is {manifest.record!r}; allowed: {', '.join(LEVELS)}")
    for name, kind in FIELD_KINDS.items():
        value = getattr(manifest, name)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise ResultsError(f"{path}: {name} is {value!r}, which is no {kind.__name__}; the file is damaged")
    name = manifest.scenario_name
    if not name or name != Path(name).name or name.startswith(".") or name == MANIFEST or "\0" in name:
        raise ResultsError(f"{path}: scenario_name is {name!r}; it must be the name of a file in the folder of the run")
    least = {"first_replication": 0, "replications": 1, "block_size": 1}
    for name, lowest in least.items():
        if not lowest <= getattr(manifest, name) <= MOST_REPLICATIONS:
            raise ResultsError(
                f"{path}: {name} is {getattr(manifest, name)}; {lowest} to {MOST_REPLICATIONS} is allowed; the file is damaged"
            )
    if any(type(k) is not int for k in manifest.full_replications):
        raise ResultsError(f"{path}: full_replications are not whole numbers; the file is damaged")
