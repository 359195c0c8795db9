"""`openiads catalogue`: what the figures are, how wide they spread, and where they come from."""

import shutil
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from openiads.catalogue import Attribute, Catalogue, Entry, Figure

app = typer.Typer(
    help="List and show the public figures behind the model, with spread, source and grade.", no_args_is_help=True
)

LEGEND = (
    "grade A: several independent sources, B: one good source, C: estimate or disputed; *: placeholder, no public figure"
)
NARROWEST = 60
WIDEST = 110


@app.command("list")
def list_(
    family: Annotated[str | None, typer.Argument(metavar="FAMILY", help="radars, missiles, signatures and so on.")] = None,
) -> None:
    """List the families of the catalogue, or the entries of one family."""
    from openiads.catalogue import load_catalogue

    catalogue = load_catalogue()
    for line in _families(catalogue) if family is None else _entries(catalogue, family):
        typer.echo(line)


@app.command()
def show(
    path: Annotated[str, typer.Argument(metavar="PATH", help="FAMILY.ID or FAMILY.ID.FIGURE, as `list` shows them.")],
) -> None:
    """Show one entry as a table, or one figure with its note and full sources."""
    from openiads.catalogue import load_catalogue
    from openiads.errors import CatalogueError

    catalogue = load_catalogue()
    parts = path.removeprefix("catalogue.").split(".")
    if len(parts) == 1:
        lines = _entries(catalogue, parts[0])
    elif len(parts) == 2:
        lines = _entry(catalogue.entry(parts[0], parts[1]))
    elif len(parts) == 3 and parts[2] in (attributes := catalogue.entry(parts[0], parts[1]).attributes):
        lines = _attribute(attributes[parts[2]])
    elif len(parts) == 3:
        lines = _figure(catalogue.figure(path))
    else:
        raise CatalogueError(f"{path!r} is no catalogue path. Write <family>.<id> or <family>.<id>.<figure>.")
    for line in lines:
        typer.echo(line)


def _width() -> int:
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((80, 24)).columns))


def _families(catalogue: "Catalogue") -> list[str]:
    rows = []
    for family in catalogue.families():
        figures = [figure for entry in catalogue.entries(family) for figure in entry.figures.values()]
        placeholders = sum(figure.placeholder for figure in figures)
        rows.append((family, str(len(catalogue.ids(family))), str(len(figures)), str(placeholders)))
    return _table(("family", "entries", "figures", "placeholders"), rows, right=(1, 2, 3))


def _entries(catalogue: "Catalogue", family: str) -> list[str]:
    rows = []
    for entry in catalogue.entries(family):
        figures = list(entry.figures.values())
        grades = "".join(sorted({figure.grade for figure in figures}))
        placeholders = sum(figure.placeholder for figure in figures)
        rows.append((entry.id, entry.kind or "-", str(len(figures)), str(placeholders), grades, entry.name))
    return [
        *_table(("id", "kind", "figures", "of these *", "grades", "name"), rows, right=(2, 3)),
        "",
        *_wrapped(LEGEND, _width()),
    ]


def _entry(entry: "Entry") -> list[str]:
    width = _width()
    lines = [entry.path, *_wrapped(entry.name, width), *_wrapped(entry.description, width), ""]
    cited: list[str] = []
    for attribute in entry.attributes.values():
        marks = _marks(attribute.sources, cited)
        lines += _wrapped(f"{attribute.path.rsplit('.', 1)[-1]}: {attribute.text} ({attribute.grade}, {marks})", width)
    rows = []
    for figure in entry.figures.values():
        low, high = (_number(figure.low), _number(figure.high)) if figure.low != figure.high else ("", "")
        mark = "*" if figure.placeholder else ""
        marks = _marks(figure.sources, cited)
        rows.append((figure.name, low, _number(figure.value), high, figure.unit, figure.grade + mark, marks))
    lines += [""] if entry.attributes else []
    lines += _table(("figure", "low", "nominal", "high", "unit", "grade", "source"), rows, right=(1, 2, 3))
    lines += ["", *_wrapped(LEGEND, width), "", "sources"]
    for count, text in enumerate(cited, start=1):
        lines += _wrapped(f"{count}: {text}", width, indent="   ")
    return lines


def _figure(figure: "Figure") -> list[str]:
    rows: list[tuple[str, str]] = [
        ("nominal", f"{_number(figure.value)} {'' if figure.unit == '1' else figure.unit}".rstrip())
    ]
    if figure.low != figure.high:
        rows += [("low", _number(figure.low)), ("high", _number(figure.high))]
    rows += [("grade", figure.grade + (" (placeholder, no public figure)" if figure.placeholder else ""))]
    rows += [("note", figure.note)] if figure.note else []
    rows += [("derived from", figure.derived_from)] if figure.derived_from else []
    rows += [("source", text) for text in figure.sources]
    return [figure.path, *_pairs(rows), "", *_wrapped(LEGEND, _width())]


def _attribute(attribute: "Attribute") -> list[str]:
    rows = [("text", attribute.text), ("grade", attribute.grade), *(("source", text) for text in attribute.sources)]
    return [attribute.path, *_pairs(rows)]


def _number(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _marks(sources: Iterable[str], cited: list[str]) -> str:
    """Numbers of `sources` in the list below the table, which grows as needed."""
    for text in sources:
        if text not in cited:
            cited.append(text)
    return ", ".join(str(cited.index(text) + 1) for text in sources)


def _pairs(rows: Sequence[tuple[str, str]]) -> list[str]:
    lines = []
    for name, text in rows:
        lines += textwrap.wrap(
            text, _width(), initial_indent=f"  {name:<14}", subsequent_indent=" " * 16, break_on_hyphens=False
        )
    return lines


def _wrapped(text: str, width: int, *, indent: str = "") -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int]) -> list[str]:
    """Aligned columns, two spaces apart; the last column is wrapped to the width of the terminal."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head) - 1)]
    lead = sum(widths) + 2 * len(widths)
    lines = []
    for row in (head, *rows):
        cells = [
            cell.rjust(w) if i in right else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=False))
        ]
        last = row[-1].rjust(len(head[-1])) if len(head) - 1 in right else row[-1]
        wrapped = textwrap.wrap(last, max(8, _width() - lead), break_on_hyphens=False) or [""]
        lines.append(("  ".join([*cells, wrapped[0]])).rstrip())
        lines += [" " * lead + text.strip() for text in wrapped[1:]]
    return lines
