"""Run the commands whose output `README.md` shows, put the output there, and draw its picture (needs the extra `plot`)."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "README.md"
PICTURE = ROOT / "docs" / "images" / "murted-2019.png"
BLOCK = re.compile(
    r"(<!-- output of: (?P<command>openiads .*?) -->\n```text\n)(?P<text>.*?)(^```$)", re.MULTILINE | re.DOTALL
)


def main() -> None:
    """Fill every block and draw the picture."""
    with tempfile.TemporaryDirectory() as folder:

        def filled(found: re.Match[str]) -> str:
            command = ["bash", "-o", "pipefail", "-c", found["command"]]
            path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            environment = os.environ | {"COLUMNS": "80", "PATH": path}
            done = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
            lines = [line.rstrip() for line in done.stdout.splitlines()]
            return found[1] + "\n".join(lines) + "\n" + found[4]

        PAGE.write_text(BLOCK.sub(filled, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        run = Path(folder) / "murted"
        subprocess.run([sys.executable, "-m", "openiads", "run", "murted-2019", "-o", str(run)], check=True)
        subprocess.run([sys.executable, str(ROOT / "tools" / "draw_case.py"), str(run), "-o", str(PICTURE)], check=True)


if __name__ == "__main__":
    main()
