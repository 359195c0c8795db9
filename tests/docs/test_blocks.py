"""Every code block of every page runs, in the order of the page, or says why not; the output shown has the right words."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
GENERATED = {"docs/reference/cli.md"}
PAGES = sorted(
    str(page.relative_to(ROOT))
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    if str(page.relative_to(ROOT)) not in GENERATED
)
SAME_PICTURE = 2.0
"""Mean difference of colours, of 255, that other fonts or a library's next version may make in a shrunk picture."""
NUMBER = re.compile(r"[0-9a-f]{16,}|\d[\d.,:]*")


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("doc_blocks", ROOT / "tools" / "doc_blocks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["doc_blocks"] = module
    spec.loader.exec_module(module)
    return module


doc_blocks = load()


def runs(page: str) -> bool:
    found = doc_blocks.blocks((ROOT / page).read_text(encoding="utf-8"))
    return any(block.reason is None and block.language in (*doc_blocks.RUNS, "setup") for block in found)


def words(text: str) -> list[str]:
    """Lines of output without their numbers and without the width of columns."""
    return [" ".join(NUMBER.sub("0", line).replace("\u2212", "-").split()) for line in text.splitlines()]


@pytest.mark.parametrize("page", [page for page in PAGES if runs(page)])
def test_blocks_run(page: str, tmp_path: Path) -> None:
    for block, seen in doc_blocks.Page(ROOT / page, tmp_path / "page").run():
        if block.language == "console" and block.reason is None:
            assert words(seen) == words(block.text), f"{page}: stale output; run tools/make_outputs.py {page}"
    for made, shown in doc_blocks.pictures(ROOT / page, tmp_path / "page"):
        off = doc_blocks.apart(made, shown)
        assert off < SAME_PICTURE, f"{page}: {shown.name} is off by {off:.1f}; run tools/make_outputs.py {page} and look"


@pytest.mark.parametrize("page", PAGES)
def test_what_does_not_run_says_why(page: str) -> None:
    for block in doc_blocks.blocks((ROOT / page).read_text(encoding="utf-8")):
        assert block.reason is None or len(block.reason) > 10, f"{page}: give the reason"


def test_commands_are_in_console_blocks() -> None:
    """A command in a block that never runs could rot unseen."""
    for page in PAGES:
        for block in doc_blocks.blocks((ROOT / page).read_text(encoding="utf-8")):
            if block.language in ("sh", "bash", "shell") and block.reason is None:
                assert not re.search(r"^\$? ?openiads ", block.text, re.MULTILINE), f"{page}: make it a console block"
