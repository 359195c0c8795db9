"""Run the blocks of documentation pages and write the output of their commands into them: `make_outputs.py [PAGE ...]`."""

import sys
import tempfile
from pathlib import Path

import doc_blocks

PAGES = ("docs/tutorials", "docs/how-to")


def main() -> None:
    """Refresh the pages named, or all tutorials and how-to pages."""
    named = [Path(name) for name in sys.argv[1:]]
    for page in named or [page for room in PAGES for page in sorted((doc_blocks.ROOT / room).glob("*.md"))]:
        with tempfile.TemporaryDirectory() as folder:
            text = doc_blocks.refreshed(page, Path(folder) / "page")
        page.write_text(text, encoding="utf-8")
        print(f"written: {page}")


if __name__ == "__main__":
    main()
