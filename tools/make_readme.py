"""Run the commands whose output `README.md` shows, put the output there, and draw its picture (needs the extra `plot`)."""

import re
import tempfile
from pathlib import Path

import doc_blocks

PAGE = doc_blocks.ROOT / "README.md"
PICTURE = doc_blocks.ROOT / "docs" / "images" / "murted-2019.png"
COLUMNS = 80
BLOCK = re.compile(
    r"(<!-- output of: (?P<command>openiads .*?) -->\n```text\n)(?P<text>.*?)(^```$)", re.MULTILINE | re.DOTALL
)


def main() -> None:
    """Fill every block and draw the picture."""
    with tempfile.TemporaryDirectory() as folder:
        page = doc_blocks.Page(PAGE, Path(folder), columns=COLUMNS)

        def filled(found: re.Match[str]) -> str:
            lines = [line.rstrip() for line in page.command(found["command"]).splitlines()]
            return found[1] + "\n".join(lines) + "\n" + found[4]

        PAGE.write_text(BLOCK.sub(filled, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        page.command("openiads run murted-2019 -o murted")
        page.command("python tools/draw_case.py murted -o murted-2019.png")
        PICTURE.write_bytes((page.folder / "murted-2019.png").read_bytes())


if __name__ == "__main__":
    main()
