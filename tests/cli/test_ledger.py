"""`openiads ledger` and `openiads explain` on the small case: causes, links, one object."""

from collections.abc import Callable
from types import ModuleType

import pytest

from openiads import api


@pytest.fixture(scope="module")
def run(cases: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    return api.run(cases.SMALL, replications=8, out=tmp_path_factory.mktemp("ledger") / "run")


def test_the_causes_of_a_run(run: api.Run, openiads: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = openiads("ledger", run.folder)
    leaked = sum(run.table("counts").column("leaked").to_pylist())
    assert code == 0
    assert f"{leaked} leaks in 8 replications, in this model" in out
    assert "restored alone" not in out


def test_the_links_of_some_leaks(run: api.Run, openiads: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = openiads("ledger", run.folder, "--counterfactual", "--limit", "2")
    assert code == 0
    assert "Of 2 of them: the single link that, restored alone under the same draws, stops the leak" in out


def test_explain_says_why_and_what_would_have_helped(run: api.Run, openiads: Callable[..., tuple[int, str, str]]) -> None:
    leak = run.table("ledger").to_pylist()[0]
    code, out, _ = openiads("explain", run.folder, leak["object_id"], "--replication", str(leak["replication"]))
    assert code == 0
    assert f"the fire unit that got furthest: {leak['cause']}" in out
    assert out.count("\n  horizon ") == out.count("\n  kill ") == 1
    assert "Counterfactual cause: " in out


def test_explain_of_an_object_that_is_not_there(run: api.Run, openiads: Callable[..., tuple[int, str, str]]) -> None:
    code, _, err = openiads("explain", run.folder, "nobody")
    assert code == 2
    assert "no object is called 'nobody'" in err
