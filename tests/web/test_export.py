"""The exported file: its policy names its own script and style by their digests and allows nothing else."""

import base64
import hashlib
import html
import json
import re
from pathlib import Path

import pytest

from openiads.errors import ResultsError
from openiads.web.export import export_page
from openiads.web.payload import Payload


@pytest.fixture(scope="module")
def page(payload: Payload, tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("export") / "run.html"
    return export_page(payload, out, replications=(0,)).read_text(encoding="utf-8")


def digest(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def test_the_policy_names_the_script_and_the_style(page: str) -> None:
    policy = html.unescape(re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)[0])
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    scripts = [body for tag, body in re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL) if "data-name" not in tag]
    assert len(scripts) == 1
    assert rules["script-src"] == digest(scripts[0])
    assert rules["style-src"] == digest(re.findall(r"<style>(.*?)</style>", page, re.DOTALL)[0])
    assert rules["default-src"] == rules["connect-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in policy
    assert page.index("Content-Security-Policy") < page.index("<style>")


def test_data_blocks_are_data(page: str) -> None:
    """No block can end the element that it stands in, and none is of a kind that a browser would run."""
    blocks = re.findall(r'<script type="([^"]+)" data-name="([^"]+)">(.*?)</script>', page, re.DOTALL)
    names = {name for _, name, _ in blocks}
    assert {"config.json", "world.json", "run/0/0/scene.json", "run/1/0/tracks.arrow", "run/0/coverage.json"} <= names
    for kind, name, body in blocks:
        assert kind in ("application/json", "application/vnd.apache.arrow.stream", "image/png")
        assert "<" not in body
        if name.endswith(".json"):
            json.loads(body)


def test_a_replication_that_neither_run_has(payload: Payload, tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="replication 9 is not in this run"):
        payload.runs[0].holds(9)
    page = export_page(payload, tmp_path / "none.html", replications=(9,)).read_text(encoding="utf-8")
    assert "run/0/9/scene.json" not in page
