"""Write the table of measures in `docs/reference/measures.md` from the registry."""

from pathlib import Path

from openiads.results.measures import registry

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "measures.md"
BEGIN = "<!-- measures: made by tools/make_measures_page.py -->\n"
END = "<!-- end of measures -->"


def table() -> str:
    """One row per measure."""
    lines = ["| measure | unit | kind | definition | arguments | tables |", "|---|---|---|---|---|---|"]
    for m in registry.values():
        told = "; ".join(f"`{key}`: {meaning}" for key, meaning in m.arguments.items())
        tables = ", ".join(f"`{name}`" for name in m.tables)
        lines.append(f"| `{m.name}` | {m.unit} | {m.kind} | {m.definition} | {told} | {tables} |")
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with a fresh table."""
    head, rest = text.split(BEGIN)
    return head + BEGIN + table() + END + rest.split(END, 1)[1]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(PAGE)
