"""The code blocks of a documentation page, run in order in one folder, as a reader would.

Rules of a page:

- `console`: each line that begins with `$ ` is a command; the lines below it, up to the next one, are its output. A command that
  ends in `# exit 2` must leave with that code. A block without any `$ ` line is not a block of commands and is refused.
- `yaml`, `csv`, `json` whose first line is `# file: NAME` (or `// file: NAME`) is written to that file.
- `python` runs in one namespace for the page, in which FILE is the path of the smallest shipped case.
- `text` and blocks without a language are never run.
- `<!-- setup: COMMAND -->` runs a command that the reader does not see.
- `<!-- not run: REASON -->` above a block leaves it out, for the reason given.
- `<!-- picture: FILE -->` above an image says which file the commands leave is shown there.
"""

import contextlib
import io
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "src" / "openiads" / "scenario" / "library" / "murted-2019.yaml"
RUNS = ("console", "python")
FILES = ("yaml", "csv", "json")
PIECE = re.compile(
    r"^<!-- setup: (?P<setup>.*?) -->$"
    r"|(?:^<!-- (?:(?P<marked>run)|not run: (?P<reason>[^\n]*?)) -->\n)?^```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
PICTURE = re.compile(r"^<!-- picture: (?P<made>\S+) -->\n!\[[^\]]*\]\((?P<shown>\S+)\)$", re.MULTILINE)
COMMAND_S = 600
PALETTE = 64
"""Colours of a picture that is kept, so that it stays small."""
LOOK = (64, 40)
"""Size to which two pictures are shrunk before they are compared."""


class BlockError(AssertionError):
    """A block did not do what the page says."""


@dataclass(frozen=True)
class Block:
    """One block of a page, or one hidden command."""

    language: str
    text: str
    span: tuple[int, int]
    reason: str | None = None


@dataclass
class Page:
    """A page and the folder in which its blocks run."""

    path: Path
    folder: Path
    names: dict[str, Any] = field(default_factory=lambda: {"FILE": CASE, "__name__": "__main__"})

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(ROOT / "examples", self.folder / "examples", dirs_exist_ok=True)
        with contextlib.suppress(FileExistsError):
            (self.folder / "tools").symlink_to(ROOT / "tools")
        programs = self.folder / ".bin"
        programs.mkdir(exist_ok=True)
        for name, words in (("openiads", " -m openiads"), ("python", "")):  # a link would leave the virtual environment
            program = programs / name
            program.unlink(missing_ok=True)
            program.write_text(f'#!/bin/sh\nexec "{sys.executable}"{words} "$@"\n', encoding="utf-8")
            program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def run(self) -> Iterator[tuple[Block, str]]:
        """Each block with its text as it ought to be: a console block with the output that its commands gave."""
        for block in blocks(self.path.read_text(encoding="utf-8")):
            yield block, self.run_block(block)

    def run_block(self, block: Block) -> str:
        """Run one block; its text with the output seen."""
        if block.reason is not None:
            return block.text
        if block.language == "setup":
            self.command(block.text)
        elif block.language == "console":
            return self.console(block.text)
        elif block.language == "python":
            self.python(block.text)
        elif block.language in FILES:
            self.write(block.text)
        return block.text

    def console(self, text: str) -> str:
        """Run the commands of a block; the same commands with the output seen."""
        lines = text.splitlines()
        if not any(line.startswith("$ ") for line in lines):
            raise BlockError(f"{self.path.name}: a console block without a line that begins with `$ `:\n{text}")
        shown, quiet = [], self.quiet(lines)
        for number, line in enumerate(lines):
            if line.startswith("$ "):
                seen = self.command(line.removeprefix("$ "))
                shown.append(line)
                shown.extend([] if number in quiet else (part.rstrip() for part in seen.splitlines()))
        return "\n".join(shown) + "\n"

    @staticmethod
    def quiet(lines: list[str]) -> set[int]:
        """Commands of a block whose output the page does not show."""
        at = [k for k, line in enumerate(lines) if line.startswith("$ ")]
        return {k for k in at if k + 1 == len(lines) or lines[k + 1].startswith("$ ")}

    def command(self, line: str) -> str:
        """Run one command line in a shell; what it printed, both streams as a terminal without progress would show them."""
        wanted = re.search(r"#\s*exit (\d+)\s*$", line)
        environment = os.environ | {
            "PATH": f"{self.folder / '.bin'}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "100",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")])),
        }
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
            check=False,
        )
        if done.returncode != (int(wanted[1]) if wanted else 0):
            raise BlockError(f"{self.path.name}: `{line}` left with code {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout + (done.stderr if wanted else "")

    def python(self, text: str) -> None:
        """Run a block of Python in the page's namespace and folder."""
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(io.StringIO()):
            exec(compile(text, str(self.path), "exec"), self.names)

    def write(self, text: str) -> None:
        """Write a block that names its file; any other is only shown."""
        first, _, rest = text.partition("\n")
        named = re.match(r"(?:#|//) file: (\S+)", first)
        if named:
            target = self.folder / named[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(rest if named[1].endswith((".csv", ".json")) else text, encoding="utf-8")


def blocks(text: str) -> list[Block]:
    """The blocks of a page in order, hidden commands among them."""
    found = []
    for match in PIECE.finditer(text):
        if match["setup"]:
            found.append(Block("setup", match["setup"], match.span()))
        else:
            found.append(Block(match["language"], match["text"], match.span("text"), match["reason"]))
    return found


def pictures(path: Path, folder: Path) -> list[tuple[Path, Path]]:
    """Pictures that the commands of a page left in its folder, each with the file that the page shows."""
    found = PICTURE.finditer(path.read_text(encoding="utf-8"))
    return [(folder / match["made"], path.parent / match["shown"]) for match in found]


def apart(one: Path, other: Path) -> float:
    """How much two pictures differ as a whole, 0 for the same to 255 for black and white."""
    from PIL import Image, ImageChops, ImageStat

    small = []
    for path in (one, other):
        with Image.open(path) as drawn:
            small.append(drawn.convert("RGBA").convert("RGB").resize(LOOK, Image.Resampling.BOX))
    return max(ImageStat.Stat(ImageChops.difference(*small)).mean)


def keep(made: Path, shown: Path) -> None:
    """Keep a picture with few colours."""
    from PIL import Image

    shown.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(made) as drawn:
        drawn.convert("RGBA").convert("RGB").quantize(PALETTE, dither=Image.Dither.NONE).save(shown, optimize=True)


def refreshed(path: Path, folder: Path) -> str:
    """The page with the output of every command as it comes now; its pictures are kept anew."""
    text = path.read_text(encoding="utf-8")
    done = list(Page(path, folder).run())
    for made, shown in pictures(path, folder):
        keep(made, shown)
    for block, new in reversed(done):
        if block.language == "console":
            first, last = block.span
            text = text[:first] + new + text[last:]
    return text
