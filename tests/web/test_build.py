"""The page that is committed is the page that its sources build, byte for byte, and small."""

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from watch import ROOT

from openiads.records.tables import ASSESSMENTS, END_STATES, EVENTS, IDENTITIES, SHOT_RESULTS, TRACK_STATES
from openiads.results.ledger import MEANINGS
from openiads.study.words import WORDS

VIEWER = ROOT / "viewer"
STATIC = ROOT / "src" / "openiads" / "web" / "static"
MOST_BYTES = 150_000
"""Of the code of both pages, as gzip sends it."""


def test_the_committed_page_is_what_the_sources_build(packages: Path) -> None:
    """Two seconds with node at hand. After a change of `viewer/src`: npm run build, and commit."""
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run([node, "build.mjs", "--check"], cwd=VIEWER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert packages.is_dir()


def test_the_code_is_small() -> None:
    code = [STATIC / "app.js", STATIC / "study.js"]
    assert sum(len(gzip.compress(file.read_bytes(), 9)) for file in code) < MOST_BYTES


def test_pages_hold_no_script_and_ask_nobody() -> None:
    for page in ("index.html", "study.html"):
        text = (STATIC / page).read_text(encoding="utf-8")
        assert re.findall(r"<script[^>]*>", text) == [
            f'<script src="{"app" if page == "index.html" else "study"}.js" defer>'
        ]
        assert "style=" not in text
        assert not re.search(r"https?:", text)


def test_every_word_is_there_in_both_languages() -> None:
    words = json.loads((VIEWER / "src" / "strings.json").read_text(encoding="utf-8"))
    assert set(words) == {"en", "tr"}
    assert set(words["en"]) == set(words["tr"])
    assert all(text.strip() for language in words.values() for text in language.values())
    for key, text in words["en"].items():  # what is filled in is filled in in both
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", words["tr"][key])), key
    sources = "".join(file.read_text(encoding="utf-8") for file in sorted((VIEWER / "src").glob("*.js")))
    pages = "".join((VIEWER / "src" / name).read_text(encoding="utf-8") for name in ("index.html", "study.html"))
    used = set(re.findall(r'\bsay\("(\w+)"', sources)) | set(re.findall(r'data-say(?:-label|-placeholder)?="(\w+)"', pages))
    assert used <= set(words["en"])
    lists = {"cause_": MEANINGS, "means_": MEANINGS, "event_": EVENTS, "result_": SHOT_RESULTS, "assessed_": ASSESSMENTS}
    lists |= {"": (*END_STATES, *IDENTITIES, *TRACK_STATES)}
    assert {start + word for start, known in lists.items() for word in known} <= set(words["en"])
    assert {f"word_{code}" for code in WORDS} <= set(words["en"])


@pytest.mark.parametrize("name", ["ol", "uplot", "@uwdata/flechette", "mgrs", "milsymbol", "topojson-client"])
def test_licences_of_what_is_inside_are_told(name: str) -> None:
    notice = (STATIC / "NOTICE.txt").read_text(encoding="utf-8")
    assert re.search(rf"^{re.escape(name)} \d", notice, re.MULTILINE)
    assert not re.search(r"\bGPL|Affero", notice)
