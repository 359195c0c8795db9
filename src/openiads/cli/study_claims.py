"""`openiads study claims`: the register of the public claims of 2019, run in quick mode and printed."""

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from openiads.cli.options import compile_kernels
from openiads.cli.progress import Progress

if TYPE_CHECKING:
    from openiads.study.register import EntrySpec, RegisterSpec, Word3

WIDTH: Final = 100
"""Columns that the register fits."""
SIDES: Final = {"ankara": "Ankara", "washington": "Washington", "neutral": "neutral"}


def claims(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Claims, as C001-1; all without one.")] = None,
    no_run: Annotated[bool, typer.Option("--no-run", help="Print the register without running anything.")] = False,
    heavy: Annotated[
        bool, typer.Option("--heavy", help="Also run what needs minutes: rates of rare events, areas.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """The public claims of 2019: class, reading, words under each side and why. Words come from runs in quick mode."""
    import json

    from openiads.study.register import load_register

    register = chosen(load_register(), ids or [])
    found = {} if no_run else run(register, heavy=heavy)
    if json_:
        typer.echo(json.dumps([as_data(entry, found) for entry in register.claims], indent=1, ensure_ascii=False))
        return
    for line in page(register, found, ran=not no_run):
        typer.echo(line)


def chosen(register: "RegisterSpec", ids: list[str]) -> "RegisterSpec":
    """The register with some of its claims."""
    from openiads.errors import StudyError

    known = [entry.id for entry in register.claims]
    for one in ids:
        if one not in known:
            raise StudyError(f"the register has no claim {one!r}. Known: {', '.join(known)}")
    kept = tuple(entry for entry in register.claims if not ids or entry.id in ids)
    return register.model_copy(update={"claims": kept})


def run(register: "RegisterSpec", *, heavy: bool = False) -> "dict[tuple[str, str], list[Word3]]":
    """Run the studies that the register refers to, with progress."""
    from openiads.study.register import run_register, wanted

    if not wanted(register, heavy=heavy):
        return {}
    compile_kernels()
    with Progress(0, "running", unit="runs") as progress:
        return run_register(register, heavy=heavy, on_runs=progress.advance, on_plan=progress.expect)


def page(register: "RegisterSpec", found: "Mapping[tuple[str, str], list[Word3]]", *, ran: bool) -> list[str]:
    """The register as lines that fit a terminal."""
    from openiads.study.register import CLASSES

    lines = [
        "The public record of 2019 on the S-400 and the F-35, claim by claim (public figures, in this model)",
        "Words come from runs in quick mode; the sides' positions are attributed, none is signed."
        if ran
        else "Nothing was run.",
    ]
    article = None
    for entry in register.claims:
        if entry.article != article:
            article = entry.article
            about = register.articles[article]
            lines += ["", f"{about.cite}, {about.date}"]
        lines += _entry(entry, found, ran=ran)
    counts = {name: sum(entry.class_ == key for entry in register.claims) for key, name in CLASSES.items()}
    lines += ["", f"{len(register.claims)} claims: " + ", ".join(f"{n} {name}" for name, n in counts.items())]
    lines += ["", "Where the articles contradict one another or the record:"]
    known = {entry.id for entry in register.claims}
    for one in register.contradictions:
        if known & set(one.claims):
            lines += _wrapped(f"{one.topic} ({', '.join(one.between)}): {one.text}", indent=2)
    return lines


def _entry(entry: "EntrySpec", found: "Mapping[tuple[str, str], list[Word3]]", *, ran: bool) -> list[str]:
    from openiads.study.register import CLASSES, headline, words_of

    mark = '"' if entry.wording == "verbatim" else ""
    lines = _wrapped(f"{entry.id}  {mark}{entry.quote}{mark}  {entry.who}; side: {SIDES[entry.side]}", indent=0)
    lines += _wrapped(f"{CLASSES[entry.class_]}. {entry.why}", indent=4)
    said = words_of(entry, found)
    for word in said:
        lines += _wrapped(f"{word.study} {word.reading}: {word.label}", indent=4)
        lines += [f"        {party}  {verdict.word}" for party, verdict in word.party.items()]
    if ran or entry.class_ in ("not_testable", "record_check"):
        lines += _wrapped(f"=> {headline(entry, said)}", indent=4)
    return lines


def _wrapped(text: str, *, indent: int) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 4))


def as_data(entry: "EntrySpec", found: "Mapping[tuple[str, str], list[Word3]]") -> dict[str, Any]:
    """An entry with its words as plain data."""
    from openiads.study.register import headline, words_of

    said = words_of(entry, found)
    return {
        **entry.model_dump(mode="json", by_alias=True),
        "words": [
            {
                "study": word.study,
                "reading": word.reading,
                "label": word.label,
                "parties": {party: verdict.word for party, verdict in word.party.items()},
                "between": word.between,
            }
            for word in said
        ],
        "headline": headline(entry, said),
    }
