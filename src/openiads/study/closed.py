"""A closed run: a registered study on private values, in the building of those who hold them. Words and hashes leave it.

The values are committed to beforehand: SHA-256 over a random salt and the bytes of the file. The salt keeps anyone from finding the
values by trying them out; it stays in the building until its owner reveals both.
"""

import hashlib
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from openiads.errors import StudyError
from openiads.study.findings import Findings
from openiads.study.loading import InvalidStudyError, Study, load_study_text
from openiads.study.words import PartyVerdict

if TYPE_CHECKING:
    from openiads.scenario.yaml_reader import Document

SALT: Final = ".salt"
FIRST_LINE: Final = "R1: {A: {value: 1}}"
PLACE: Final = re.compile(r"^.*?:\d+:\d+: assumptions\.(\d+)\.(positions\.)?(\w+)(?:\.(\w+))?: (.*)$")


def closed_study(study: Study, private: "Document") -> Study:
    """A registered study with private values in place of positions; nothing of them is written anywhere.

    Parameters
    ----------
    private : Document
        By assumption, then by party (or `agreed`): a position, as in a study file.

    Raises
    ------
    StudyError
        When it names what the registered study does not have, or a position breaks a rule of study files.
    """
    from openiads.scenario.yaml_reader import write_text  # noqa: PLC0415

    known = {a.id: k for k, a in enumerate(study.spec.assumptions)}
    tree = {**study.document.data, "assumptions": [dict(a) for a in study.document.data["assumptions"]]}
    for name, positions in private.data.items():
        if name not in known:
            raise _wrong(private, (name,), f"the study has no assumption {name!r}. Known: {', '.join(known)}")
        if not isinstance(positions, dict):
            raise _wrong(private, (name,), "write positions by party, as {A: {interval: [1, 2]}}")
        for party, position in positions.items():
            _put(tree["assumptions"][known[name]], private, name, party, position)
    try:
        return load_study_text(write_text(tree), private.name, path=study.path)
    except InvalidStudyError as error:
        names = list(known)
        raise InvalidStudyError([_placed(line, private, names) for line in error.lines]) from None


def _put(assumption: dict[str, Any], private: "Document", name: str, party: str, position: Any) -> None:
    """Set one private position in plain data."""
    stated = assumption.get("positions") or {}
    if party not in stated and not (party == "agreed" and assumption.get("agreed") is not None):
        known = ", ".join(stated) or "agreed"
        raise _wrong(private, (name, party), f"{name} has no position of {party!r}. Known: {known}")
    if not isinstance(position, dict):
        raise _wrong(private, (name, party), "write a position, as {interval: [1, 2]} or {value: 3}")
    old = assumption["agreed"] if party == "agreed" else stated[party]
    whole = {"basis": "attributed", "sources": list(old.get("sources", ())), **position}
    if not whole["sources"]:
        whole["basis"] = "neutral_default"
    if party == "agreed":
        assumption["agreed"] = whole
    else:
        assumption["positions"] = {**stated, party: whole}


def _wrong(private: "Document", path: tuple[str | int, ...], text: str) -> StudyError:
    from openiads.scenario.problems import place_of  # noqa: PLC0415

    line, column = place_of(path, private.marks, at_key=True)
    return StudyError(f"{private.name}:{line}:{column}: private values: {text}")


def _placed(line: str, private: "Document", names: list[str]) -> str:
    """A problem of the merged study at its place in the private file."""
    found = PLACE.match(line)
    if found is None:
        return line
    number, _, party, entry, text = found.groups()
    name = names[int(number)]
    path = (name, party) if entry is None else (name, party, entry)
    return str(_wrong(private, path, f"{'.'.join(path)}: {text}"))


def commitment(private: Path, *, make: bool) -> tuple[str, bool]:
    """The commitment to a private file, and whether its salt was there already; `make` writes a salt where there is none.

    Raises
    ------
    StudyError
        When there is no salt and none may be made, or a file cannot be read or written.
    """
    from openiads.results.files import read_bytes, write_whole  # noqa: PLC0415

    place = private.with_name(private.name + SALT)
    before = place.is_file()
    if not before:
        if not make:
            raise StudyError(
                f"{place}: there is no salt; nothing was committed to. Commit first: `study closed ... --commit`"
            )
        write_whole(place, secrets.token_hex(32).encode())
    return hashlib.sha256(read_bytes(place) + b"|" + read_bytes(private)).hexdigest(), before


def told_word(word: PartyVerdict) -> str:
    """The word of a party as it may leave the building: a probability under stated odds rests on private values and stays."""
    if word.code != "odds":
        return word.word
    return {"holds": "holds under its stated odds", "fails": "fails under its stated odds"}.get(
        word.leaning, "depends on its stated odds"
    )


def closed_export(
    findings: Findings, *, study_sha256: str, lock_sha256: str | None, committed: str, before: bool
) -> dict[str, Any]:
    """What leaves the building: words and hashes, no number that rests on a private value.

    Parameters
    ----------
    committed : str
        The commitment to the private values; see `commitment`.
    before : bool
        Whether it was made before the run.
    """
    words = [
        {"reading": reading, "party": party, "word": told_word(word), "code": word.code}
        for (reading, party), word in findings.words.items()
    ]
    between = [
        {"reading": r.id, "parties": list(pair), "between": findings.between(r.id, pair)}
        for claim in findings.bench.spec.claims
        for r in claim.readings
        for pair in findings.bench.pairs
    ]
    return {
        "openiads_closed_run": 2,
        "study_sha256": study_sha256,
        "lock_sha256": lock_sha256,
        "commitment": committed,
        "committed_before_the_run": before,
        "words": words,
        "between": between,
        "note": "in this model; words and hashes only",
    }
