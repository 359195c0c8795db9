"""Registration: a study frozen by its hash, the commitments of the parties, the seed that neither chose, and what changed since."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from openiads.errors import StudyError
from openiads.study.loading import Study, canonical_json, load_study_text

FORMAT: Final = "openiads-study-lock-1"
SUFFIX: Final = ".lock"


@dataclass(frozen=True)
class Lock:
    """A lock file: what was registered. `text` is the study file as it was."""

    path: Path
    data: Mapping[str, Any]

    @property
    def study_sha256(self) -> str:
        """Hash of the registered study."""
        return str(self.data["study_sha256"])

    @property
    def sha256(self) -> str:
        """Hash of the lock without amendments and revealed values: it stays when those are added."""
        fixed = {k: v for k, v in self.data.items() if k not in ("amendments", "revealed")}
        return hashlib.sha256(canonical_json(fixed)).hexdigest()

    @property
    def seed(self) -> int | None:
        """The derived seed; None until every party that committed has revealed its value. Without commitments: from the
        lock alone."""
        revealed = self.data["revealed"]
        if set(revealed) != set(self.data["commitments"]):
            return None
        parts = [self.sha256, *(revealed[party] for party in sorted(revealed))]
        return int.from_bytes(hashlib.sha256("||".join(parts).encode()).digest()[:8], "little")

    def amended(self) -> Study:
        """The study as last amended; the registered one without amendments."""
        if not self.data["amendments"]:
            return self.study()
        source = self.path.parent / str(self.data["file"])
        return load_study_text(str(self.data["amendments"][-1]["text"]), str(source), path=source)

    def study(self) -> Study:
        """The registered study, read from the lock itself; its scenario stands where the study file stood.

        Raises
        ------
        StudyError
            When the text in the lock is not what was registered.
        """
        source = self.path.parent / str(self.data["file"])
        study = load_study_text(str(self.data["text"]), str(source), path=source)
        if study.sha256 != self.study_sha256:
            raise StudyError(
                f"{self.path}: the study in it has hash {study.sha256[:12]}, registered is {self.study_sha256[:12]}"
            )
        return study


def register(
    study: Study, *, commitments: Mapping[str, str] | None = None, witnesses: tuple[str, ...] = (), note: str = ""
) -> Lock:
    """Freeze a study file: write its lock beside it.

    Parameters
    ----------
    commitments : mapping, optional
        By party, SHA-256 of the value that the party keeps to itself until the run; see `commit`.
    witnesses : tuple of str
        Who saw it.

    Raises
    ------
    StudyError
        When the file is registered already, or a commitment is of no party or no hash.
    """
    if study.path is None:
        raise StudyError("only a study file can be registered")
    path = study.path.with_suffix(SUFFIX)
    if path.exists():
        raise StudyError(f"{path}: the study is registered already. Amend it with --amend, or register another file")
    for party, value in (commitments or {}).items():
        if party not in {p.id for p in study.spec.parties}:
            raise StudyError(f"commitment of {party!r}: the study has no such party")
        if len(value) != 64 or set(value) - set("0123456789abcdef"):
            raise StudyError(f"commitment of {party}: {value[:20]!r} is no SHA-256. Make one with `study register --nonce`")
    _require_own(commitments or {})
    data = {
        "openiads": FORMAT,
        "file": study.path.name,
        "study_id": study.spec.study.id,
        "study_sha256": study.sha256,
        "scenario_sha256": study.scenario.sha256,
        "file_sha256": _file_sha256(study.path),
        "text": study.path.read_text(encoding="utf-8"),
        "frozen_on": now(),
        "witnesses": list(witnesses),
        "signatures": {p.id: p.endorsement for p in study.spec.parties},
        "placeholders": list(study.placeholders),
        "commitments": dict(commitments or {}),
        "note": note,
        "revealed": {},
        "amendments": [],
    }
    return write_lock(path, data)


def write_lock(path: Path, data: Mapping[str, Any]) -> Lock:
    """Write a lock, whole or not at all."""
    from openiads.results.files import to_json, write_whole  # noqa: PLC0415

    write_whole(path, to_json(dict(data)))
    return Lock(path, data)


def read_lock(path: Path) -> Lock:
    """A lock file.

    Raises
    ------
    StudyError
        When it is none, or was changed so that its parts no longer fit.
    """
    from openiads.results.files import read_json  # noqa: PLC0415

    data = read_json(path)
    if data.get("openiads") != FORMAT:
        raise StudyError(f"{path}: is no lock of a study. Make one with `openiads study register FILE`")
    missing = sorted({"file", "file_sha256", "study_sha256", "text", "commitments", "revealed", "amendments"} - data.keys())
    if missing:
        raise StudyError(f"{path}: {missing[0]} is missing; the lock is damaged")
    return Lock(path, data)


def require_unchanged(lock: Lock) -> Study:
    """The registered study, when neither the file beside the lock nor its scenario was changed since.

    Raises
    ------
    StudyError
        When a byte of the study file or the meaning of the scenario is another.
    """
    study = lock.study()
    file = lock.path.parent / str(lock.data["file"])
    known = {lock.data["file_sha256"], *(a["file_sha256"] for a in lock.data["amendments"])}
    if file.is_file() and _file_sha256(file) not in known:
        raise StudyError(
            f"{file}: is not what was registered on {lock.data['frozen_on']} (hash {lock.study_sha256[:12]}). "
            f"Put the registered file back, or record the change: openiads study register {file} --amend WHAT --why WHY"
        )
    if study.scenario.sha256 != lock.data["scenario_sha256"]:
        raise StudyError(
            f"{study.scenario_path}: the scenario was changed since registration ({study.scenario.sha256[:12]}, registered "
            f"{str(lock.data['scenario_sha256'])[:12]}). Put it back, or register the study anew"
        )
    return study


def _file_sha256(path: Path) -> str:
    """Hash of the bytes of a file: line ends and comments count."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise StudyError(f"{path}: cannot be read: {error.strerror or error}") from error


def _require_own(commitments: Mapping[str, str]) -> None:
    """Every party commits to a value of its own: who repeats another's adds nothing to the seed."""
    seen: dict[str, str] = {}
    for party, value in commitments.items():
        if value in seen:
            raise StudyError(
                f"commitment of {party}: is that of {seen[value]}. Each party makes its own with `register --nonce`"
            )
        seen[value] = party


def commit(nonce: str) -> str:
    """The commitment to a value that is revealed later: its SHA-256."""
    return hashlib.sha256(nonce.encode()).hexdigest()


def new_nonce() -> str:
    """A value that nobody can guess."""
    return secrets.token_hex(32)


def reveal(lock: Lock, party: str, nonce: str) -> Lock:
    """Add the value that a party committed to.

    Raises
    ------
    StudyError
        When the party made no commitment or the value is not the one that it committed to.
    """
    stated = lock.data["commitments"].get(party)
    if stated is None:
        raise StudyError(f"{lock.path}: party {party!r} made no commitment")
    if commit(nonce) != stated:
        raise StudyError(f"{lock.path}: this is not the value that party {party} committed to")
    return write_lock(lock.path, {**lock.data, "revealed": {**lock.data["revealed"], party: nonce}})


def amend(lock: Lock, study: Study, *, what: str, why: str, by: str | None, after_results_seen: bool) -> Lock:
    """Record a change of a registered study. The registered text stays; the amendment carries the new one.

    Raises
    ------
    StudyError
        When nothing changed.
    """
    if study.sha256 == lock.study_sha256:
        raise StudyError(
            f"{study.name}: says what was registered; there is nothing to amend. If only its layout changed, put it back"
        )
    entry = {
        "date": now(),
        "by": by,
        "what": what,
        "why": why,
        "after_results_seen": after_results_seen,
        "sha256": study.sha256,
        "file_sha256": "" if study.path is None else _file_sha256(study.path),
        "previous": lock.data["amendments"][-1]["sha256"] if lock.data["amendments"] else lock.study_sha256,
        "text": study.path.read_text(encoding="utf-8") if study.path is not None else "",
    }
    return write_lock(lock.path, {**lock.data, "amendments": [*lock.data["amendments"], entry]})


def now() -> str:
    """The time, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class LookLog:
    """The log of looks: one line per wave, each with the hash of the line before, so that none can be taken out or added."""

    path: Path

    def lines(self) -> list[dict[str, Any]]:
        """All lines.

        Raises
        ------
        StudyError
            When the chain is broken.
        """
        if not self.path.is_file():
            return []
        found = [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]
        before = "0" * 64
        for number, line in enumerate(found):
            stated = line.pop("sha256", "")
            if line.get("previous") != before or hashlib.sha256(canonical_json(line)).hexdigest() != stated:
                raise StudyError(f"{self.path}:{number + 1}: the chain of looks is broken here; the log was changed")
            line["sha256"] = before = stated
        return found

    def note(self, number: int, entry: Mapping[str, Any]) -> None:
        """Add look `number`, or check that it is the one that stands there.

        Raises
        ------
        StudyError
            When another look stands there: results would have been looked at outside the schedule.
        """
        lines = self.lines()
        plain = json.loads(canonical_json(dict(entry)))
        if number < len(lines):
            held = {k: v for k, v in lines[number].items() if k not in ("previous", "sha256", "at", "number")}
            if held != plain:
                raise StudyError(
                    f"{self.path}:{number + 1}: look {number} was another one; the study or its size changed in between"
                )
            return
        line = {**plain, "number": number, "at": now(), "previous": lines[-1]["sha256"] if lines else "0" * 64}
        line["sha256"] = hashlib.sha256(canonical_json(line)).hexdigest()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, sort_keys=True) + "\n")
