"""What a report calls two runs: what tells them apart."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from openiads.report import _names


def run(variant: str | None, folder: str) -> SimpleNamespace:
    return SimpleNamespace(reader=SimpleNamespace(manifest=SimpleNamespace(variant=variant), folder=Path(folder)))


@pytest.mark.parametrize(
    ("runs", "names"),
    [
        ([run("standalone", "a"), run("integrated", "a")], ["standalone", "integrated"]),
        ([run(None, "a"), run("integrated", "b")], ["base", "integrated"]),
        ([run("standalone", "runs/as-published"), run("standalone", "runs/doubted")], ["as-published", "doubted"]),
        ([run(None, "one/run"), run(None, "two/run")], ["first run", "second run"]),
        ([run(None, "one")], ["base"]),
    ],
)
def test_a_variant_else_a_folder_else_a_number(runs: list[SimpleNamespace], names: list[str]) -> None:
    assert _names(runs) == names
