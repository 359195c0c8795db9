"""Write `docs/reference/cli.md` from the commands themselves. A test fails when the page is stale."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import typer
from typer.models import ArgumentInfo, ParameterInfo

from openiads.cli.main import app

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"
REQUIRED = "**required**"
HEAD = """# The command line

Written by `tools/make_cli_page.py` from the commands; edit `src/openiads/cli/`, not this page.

Every command has `--help`. Results go to standard output, progress and errors to standard error.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | `verify`: not every case passed; else a fault of the program, with a traceback: please report it |
| 2 | a mistake in what was asked or in a file: one line per problem, nothing written |

| environment variable | meaning |
|---|---|
| `OPENIADS_CACHE_DIR` | folder for compiled code, instead of the user's cache folder |
| `NUMBA_DISABLE_JIT` | `1`: run the same source interpreted, about a hundred times slower, to the same bytes |
"""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a command, as its function declares it."""

    name: str
    info: Any
    kind: Any
    default: Any

    @property
    def is_argument(self) -> bool:
        """Whether it is known by its place."""
        return isinstance(self.info, ArgumentInfo)


def commands(app: typer.Typer, prefix: str) -> list[tuple[str, Callable[..., None]]]:
    """Every command with its full name; a group gives its members."""
    found = []
    for info in app.registered_commands:
        assert info.callback is not None
        found.append((f"{prefix} {info.name or info.callback.__name__}", info.callback))
    for group in app.registered_groups:
        assert group.typer_instance is not None
        found += commands(group.typer_instance, f"{prefix} {group.name}")
    return found


def parameters(function: Callable[..., None]) -> list[Parameter]:
    """The parameters of a command."""
    hints = get_type_hints(function, include_extras=True)
    found = []
    for name, parameter in inspect.signature(function).parameters.items():
        kind, *extras = get_args(hints[name])
        found.append(Parameter(name, next(e for e in extras if isinstance(e, ParameterInfo)), kind, parameter.default))
    return found


def metavar(p: Parameter) -> str:
    """How a value is called."""
    return str(p.info.metavar or p.name.upper())


def names(p: Parameter) -> str:
    """How an option is written."""
    told = (p.info.default, *(p.info.param_decls or ()))  # inside Annotated the first one stands where defaults do
    written = [d for d in told if isinstance(d, str) and d.startswith("-")] or [f"--{p.name.replace('_', '-')}"]
    return ", ".join(f"`{name}`" for name in sorted(written, key=len, reverse=True))


def values(p: Parameter) -> str:
    """What an option takes; empty for a switch."""
    kinds = [k for k in (get_args(p.kind) if get_origin(p.kind) is UnionType else (p.kind,)) if k is not type(None)]
    if kinds == [bool]:
        return ""
    if get_origin(kinds[0]) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(kinds[0]))
    if kinds == [int]:
        return "whole number" if p.info.min is None else f"whole number ≥ {p.info.min}"
    if p.info.metavar:
        return f"`{p.info.metavar}`"
    return "path" if kinds == [Path] else "text"


def default(p: Parameter) -> str:
    """What holds when the option is left out."""
    if p.default is inspect.Parameter.empty:
        return REQUIRED
    return "" if p.default is None or p.default is False else f"`{p.default}`"


def section(name: str, function: Callable[..., None]) -> str:
    """The part of the page about one command."""
    told = parameters(function)
    arguments = [p for p in told if p.is_argument]
    options = [p for p in told if not p.is_argument]
    usage = " ".join(
        [
            name,
            *(metavar(p) if default(p) == REQUIRED else f"[{metavar(p)}]" for p in arguments),
            *(["[OPTIONS]"] if options else []),
        ]
    )
    lines = [f"## {name}", "", inspect.cleandoc(function.__doc__ or ""), "", "```text", usage, "```", ""]
    if arguments:
        lines += ["| argument | meaning |", "|---|---|"]
        lines += [f"| `{metavar(p)}` | {p.info.help} |" for p in arguments]
        lines.append("")
    if options:
        lines += ["| option | takes | when left out | meaning |", "|---|---|---|---|"]
        lines += [f"| {names(p)} | {values(p)} | {default(p)} | {p.info.help} |" for p in options]
        lines.append("")
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    sections = [section(name, function) for name, function in commands(app, "openiads")]
    return "\n".join([HEAD, *sections]).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
