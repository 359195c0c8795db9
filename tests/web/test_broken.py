"""Runs that cannot be shown, from the start or while they are served: one line in the terminal, and a clear message in the page."""

import hashlib
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner
from watch import Watched, serve

from openiads.errors import OpeniadsError
from openiads.web.late import LatePayload
from openiads.web.payload import Payload


@pytest.fixture
def copy(web_runs: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(web_runs[0], tmp_path / "run"))


@pytest.fixture(scope="module")
def watched(browser: Any) -> Any:
    found = Watched(browser.new_page())
    yield found
    found.page.close()


def part(folder: Path, table: str) -> Path:
    """The part of the first block."""
    return sorted((folder / table).glob("part-*.parquet"))[0]


def rewrite(folder: Path, table: str, rows: Any) -> None:
    """Put `rows` in the place of the first part of a table, with a checksum that agrees."""
    path = part(folder, table)
    path.chmod(0o644)
    pq.write_table(rows, path)
    block = sorted((folder / "blocks").glob("0*.json"))[0]
    stated = json.loads(block.read_text())
    stated["parts"][table].update(
        rows=len(rows), bytes=path.stat().st_size, sha256=hashlib.sha256(path.read_bytes()).hexdigest()
    )
    block.chmod(0o644)
    block.write_text(json.dumps(stated))


def test_a_damaged_part_is_told_in_the_page(watched: Watched, copy: Path) -> None:
    path = part(copy, "tracks")
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    with serve(Payload.open([copy])) as url:
        said = watched.message(url)
        assert "cannot be shown" in said
        assert path.name in said
        assert "changed or is damaged" in said


def test_a_missing_column_is_told_in_the_page(watched: Watched, copy: Path) -> None:
    rewrite(copy, "tracks", pq.read_table(part(copy, "tracks")).drop_columns(["variance_east_m2"]))
    with serve(Payload.open([copy])) as url:
        assert "has other columns than table tracks of this version" in watched.message(url)


def test_a_table_that_lacks_an_object_is_told_in_the_page(watched: Watched, copy: Path) -> None:
    rows = pq.read_table(part(copy, "outcomes"))
    name = rows.column("object_id")[0].as_py()
    rewrite(copy, "outcomes", rows.filter(pa.compute.not_equal(rows.column("object_id"), name)))
    with serve(Payload.open([copy])) as url:
        assert f"'{name}' of the scenario is not in its tables" in watched.message(url)


def test_a_scenario_that_was_changed_is_told_in_the_page(watched: Watched, copy: Path) -> None:
    file = copy / "scenario.yaml"
    file.chmod(0o644)
    file.write_text("objects: {a: <script>window.bad=1</script>}\n")
    with serve(Payload.open([copy])) as url:
        assert "cannot be shown" in watched.message(url)
        assert watched.page.evaluate("window.bad") is None


def test_an_error_that_nobody_foresaw_is_told_in_the_page(
    watched: Watched, payload: Payload, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: Any) -> None:
        raise ZeroDivisionError("<b>nobody thought of this</b>")

    monkeypatch.setattr("openiads.web.payload.series", fails)
    with serve(Payload(payload.runs[:1])) as url:
        said = watched.message(url)
    assert "ZeroDivisionError: <b>nobody thought of this</b>" in said
    assert "Traceback" in capfd.readouterr().err


def being_written(run: Path) -> None:
    put(run / "manifest.json", (run / "manifest.json").read_text().replace('"complete"', '"running"'))


SPOILT = [
    (lambda run: (run / "manifest.json").unlink(), "run"),
    (lambda run: put(run / "manifest.json", "{"), "manifest.json"),
    (lambda run: put(run / "manifest.json", "[1, 2]"), "manifest.json"),
    (being_written, "not complete"),
    (lambda run: sorted((run / "blocks").glob("0*.json"))[0].unlink(), "block"),
]


@pytest.mark.parametrize(("spoil", "message"), [*SPOILT, (shutil.rmtree, "run")])
def test_what_cannot_be_opened_is_one_line(copy: Path, spoil: Any, message: str) -> None:
    """A foreign folder, a broken manifest, a run that is still being written, one that lost a block, none at all."""
    spoil(copy)
    with pytest.raises(OpeniadsError, match=message) as caught:
        Payload.open([copy])
    assert "\n" not in str(caught.value)
    assert str(copy) in str(caught.value)


@contextmanager
def viewed(*words: str) -> Iterator[tuple[str, str]]:
    """The program `openiads view` as somebody starts it: the address that it prints, and what it says of trouble."""
    code = "from openiads.cli.main import main; main()"
    command = [sys.executable, "-c", code, "view", "--no-browser", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        trouble = program.stderr.readline()
        yield program.stdout.readline().split()[0], trouble
        program.send_signal(signal.SIGINT)
        program.wait(timeout=20)


@pytest.mark.parametrize(("spoil", "message"), SPOILT)
def test_what_cannot_be_opened_is_told_in_the_page(watched: Watched, copy: Path, spoil: Any, message: str) -> None:
    spoil(copy)
    with viewed(str(copy)) as (url, trouble):
        said = watched.message(url)
    for text in (trouble, said):
        assert message in text
        assert str(copy) in text
    assert "Reload this page" in said


def test_a_run_that_was_being_written_is_shown_when_it_is_complete(
    watched: Watched, web_runs: tuple[Path, Path], copy: Path
) -> None:
    whole = (copy / "manifest.json").read_text()
    being_written(copy)
    with serve(LatePayload(lambda: Payload.open([copy, web_runs[1]]))) as url:
        assert "not complete" in watched.message(url)
        put(copy / "manifest.json", whole)
        watched.open(url)
        assert watched.page.evaluate("openiads.models.length") == 2


def test_a_study_that_cannot_be_opened_is_told_in_its_page(watched: Watched, web_study: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(web_study, tmp_path / "results"))
    put(copy / "study.json", "{}")
    with viewed(str(copy)) as (url, trouble):
        said = watched.message(url)
        assert watched.page.title().endswith("study") or "study" in watched.page.content()
    assert str(copy) in trouble
    assert str(copy) in said


@pytest.mark.parametrize("words", [["nothing-here"], ["RUN", "nothing-here"], ["RUN", "--report", "none.html"]])
def test_what_no_reload_can_mend_ends_the_program(copy: Path, words: list[str]) -> None:
    from openiads.cli.main import app

    found = CliRunner().invoke(app, ["view", *(str(copy) if word == "RUN" else word for word in words)])
    assert isinstance(found.exception, OpeniadsError)


def put(path: Path, text: str) -> None:
    path.chmod(0o644)
    path.write_text(text)


def test_one_study_and_two_runs_at_most(copy: Path, web_study: Path) -> None:
    from openiads.cli.main import app

    run = CliRunner().invoke
    assert isinstance(run(app, ["view", str(web_study), "--study", str(web_study)]).exception, OpeniadsError)
    assert isinstance(run(app, ["view", str(copy), str(copy), str(copy)]).exception, OpeniadsError)
    assert isinstance(run(app, ["view", str(web_study), "--export", str(copy / "x.html")]).exception, OpeniadsError)
    assert not (copy / "x.html").exists()


@pytest.mark.parametrize(
    "hash_", ["t=NaN&rep=x&sel=object", "t=1e99&speed=-5&alt=99&rcs=0&view=0,0,0", "sel=9:object:none&rep=0"]
)
def test_addresses_that_make_no_sense(watched: Watched, served: str, hash_: str) -> None:
    watched.said.clear()
    watched.page.goto("about:blank")
    watched.open(f"{served}#{hash_}")
    assert 0 <= watched.page.evaluate("openiads.state.t") <= 240_000
    assert watched.said == []


def test_a_replication_that_is_not_there_is_told(watched: Watched, served: str) -> None:
    watched.page.goto("about:blank")
    watched.open(f"{served}#rep=77&t=5000")
    assert "77" in watched.page.inner_text("#message")
    assert watched.page.evaluate("openiads.state.replication") == 0


def test_a_link_to_another_moment_of_the_same_page_is_followed(watched: Watched, served: str, payload: Payload) -> None:
    watched.page.goto("about:blank")
    watched.open(f"{served}#t=5000")
    name = payload.runs[1].run.table("outcomes", 1).to_pylist()[0]["object_id"]
    watched.page.evaluate(f"location.hash = 't=60000&rep=1&sel=1:object:{name}&mode=compare'")
    for _ in range(300):
        if watched.page.evaluate("openiads.state.t") == 60_000:
            break
        watched.page.wait_for_timeout(200)
    assert watched.page.evaluate(
        "[openiads.state.replication, openiads.state.selection.id, openiads.state.selection.which]"
    ) == [
        1,
        name,
        1,
    ]
    assert name in watched.page.inner_text("#inspector")
