"""Every block of the pages that is marked `<!-- run -->` runs, with the shipped case as FILE."""

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "src" / "openiads" / "scenario" / "library" / "murted-2019.yaml"
PAGES = ("README.md", "docs/reference/python.md", "docs/reference/calendar.md")
BLOCK = re.compile(r"^<!-- run -->\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[tuple[str, str]]:
    return BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))


def run_console(text: str) -> None:
    for line in text.splitlines():
        if line.startswith("$ openiads "):
            command = line.split("#")[0].removeprefix("$ openiads ").split()
            subprocess.run([sys.executable, "-m", "openiads", *command], check=True, capture_output=True, timeout=300)


@pytest.mark.parametrize("page", PAGES)
def test_blocks_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = blocks(page)
    assert found, f"{page} has no block marked to be run"
    for language, text in found:
        if language == "console":
            run_console(text)
        else:
            assert language == "python"
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(text, page, "exec"), {"FILE": CASE, "__name__": "__main__"})


def test_every_marker_marks_a_block() -> None:
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        assert text.count("<!-- run -->") == len(blocks(page))
