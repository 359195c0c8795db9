"""`openiads check`: the summary, its options, and that it writes nothing."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from openiads.cli import main as cli
from openiads.cli.check import parse_settings
from openiads.errors import ScenarioError
from openiads.study.shipped import folder

COAST = Path(str(folder())) / "scenarios" / "coastal-sector-notional.yaml"


def _run(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["openiads", "check", *arguments])
    with pytest.raises(SystemExit) as left:
        cli.main()
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = _run([str(COAST)], monkeypatch, capsys)
    assert (code, err) == (0, "")
    rows = {line[:10].strip(): line[10:] for line in out.splitlines()}
    assert rows["nodes"] == "3 (fire units: 1, command posts: 1, sensors: 1)"
    assert rows["radars"] == "4 (engagement: 1, search: 3)"
    assert rows["missiles"] == "32 ready (types: 1)"
    assert rows["objects"] == "20 (friendly: 7, hostile: 12, neutral: 1)"
    assert rows["variants"] == "crisis-raid, peacetime-month"
    assert "placeholders" in rows["figures"]
    assert not list(tmp_path.iterdir())


def test_a_shipped_scenario_with_its_choices(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = _run(["turkey-2019", "--vignette", "peacetime_month"], monkeypatch, capsys)
    assert (code, err) == (0, "")
    text = " ".join(out.split())
    assert "vignette = peacetime_month" in text
    assert "vignettes crisis_raid, peacetime_month" in text
    assert (
        "running on that day: early-warning, hmeimim-1, hmeimim-command, konya-radar, s400-1, s400-2, s400-command" in text
    )
    assert max(len(line) for line in out.splitlines()) <= 100


def test_variant_and_settings(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run([str(COAST), "--variant", "peacetime-month", "--set", "network.mode=integrated"], monkeypatch, capsys)
    assert "8 (friendly: 7, hostile: 0, neutral: 1)" in out
    assert "integrated (links: 3)" in out
    _, out, _ = _run([str(COAST), "--set", "catalogue.missiles.40n6e.max_range_km=3"], monkeypatch, capsys)
    assert "catalogue.missiles.40n6e.max_range_km is set but nothing in this scenario uses it" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--variant", "peace"], "no variant 'peace'"),
        (["--set", "network.mode"], "expected PATH=VALUE"),
        (["--set", "network.mode=linked"], "the text 'linked' is not allowed. Known: cue_only"),
        (["--set", "network.mode=*x"], "--set network.mode:1:1: alias"),
        (["--set", "network.mod=integrated"], "Did you mean 'mode'"),
    ],
)
def test_wrong_options(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = _run([str(COAST), *arguments], monkeypatch, capsys)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_values_of_settings_are_read_as_in_a_file() -> None:
    assert parse_settings(["a=1", "b=1e3", "c=no", "d=true", "e=", "f=x=y"]) == {
        "a": 1,
        "b": 1000.0,
        "c": "no",
        "d": True,
        "e": None,
        "f": "x=y",
    }
    with pytest.raises(ScenarioError, match="octal"):
        parse_settings(["a=010"])


def test_a_wrong_file_leaves_one_line_and_exit_code_two(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("a: &x [*x]\n", encoding="utf-8")
    command = [sys.executable, "-m", "openiads", "check", "bad.yaml"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr.startswith("error: bad.yaml:1:4: anchor &x is not allowed")
    assert run.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bad.yaml"]


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, openiads.cli.main as m\n"
        "heavy = {'pydantic', 'yaml', 'numpy', 'numba', 'pyarrow', 'scipy'} & set(sys.modules)\n"
        "print(*sorted(heavy))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "\n"


def test_help_is_quick() -> None:
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "openiads", "--help"], capture_output=True, check=True)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (end.ru_utime + end.ru_stime) - (start.ru_utime + start.ru_stime) < 0.5  # CPU s
