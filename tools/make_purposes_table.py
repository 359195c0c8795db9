"""Write the table of purposes in `docs/reference/randomness.md` from `openiads.streams.names`."""

import ast
import inspect
from itertools import pairwise
from pathlib import Path

from openiads.streams import names

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "randomness.md"
BEGIN = "<!-- purposes: made by tools/make_purposes_table.py -->\n"
END = "<!-- end of purposes -->"


def described() -> dict[str, str]:
    """The text below each constant of `names`, by its name."""
    body = ast.parse(inspect.getsource(names)).body
    found = {}
    for statement, after in pairwise(body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and isinstance(after, ast.Expr):
            assert isinstance(after.value, ast.Constant)
            found[statement.target.id] = str(after.value.value)
    return found


def table() -> str:
    """The table of purposes: number, word, and what it is for."""
    lines = ["| purpose | word | what is drawn | name | index |", "|---|---|---|---|---|"]
    told = described()
    for word, number in names.PURPOSES.items():
        text = told[word.upper()].rstrip(".")
        what, rest = text.split(". Name: ")
        name, index = rest.split("; index: ")
        lines.append(f"| {number} | `{word}` | {what} | {name} | {index} |")
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with a fresh table."""
    head, rest = text.split(BEGIN)
    return head + BEGIN + table() + END + rest.split(END, 1)[1]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(PAGE)
