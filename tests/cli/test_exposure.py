"""`openiads exposure`: its tables, its file, and what it says of a wrong option."""

import csv
from pathlib import Path

import pytest

from openiads.cli import main as program
from openiads.cli.exposure import lines


def _row(activity: str, date: str, held_h: float, share: float = 1.0) -> dict[str, object]:
    return {
        "activity": activity,
        "date": date,
        "system": "site",
        "aircraft": "f-35a",
        "sorties": 60.0,
        "base_km": 510.6,
        "nearest_km": 478.1,
        "share_of_days": share,
        "in_sight_h": 2 * held_h,
        "held_h": held_h,
        "held_h_low": held_h - 0.5 * (held_h > 0),
        "held_h_high": held_h + 0.5 * (held_h > 0),
        "alone_h": held_h / 2,
        "alone_h_low": held_h / 2,
        "alone_h_high": held_h / 2,
    }


def test_two_tables_that_fit_a_terminal() -> None:
    rows = [
        _row(a, d, h, s)
        for a, h in (("base_only", 0.0), ("transit_near_site", 9.0))
        for d, s in (("july", 0.0), ("april", 1.0))
    ]
    text = lines(rows, ["activity", "date"])
    assert text[2].split() == ["activity", "base", "km", "nearest", "km", "sorties", "in", "sight", "h"]
    assert text[3].split() == ["base_only", "511", "478", "60", "0.00"]
    assert text[6].split() == ["activity", "july", "april"]
    assert text[8].split() == ["transit_near_site", "9.00", "±0.50", "9.00", "±0.50"]
    assert text[9].split() == ["days", "of", "work", "0", "%", "100", "%"]
    assert max(map(len, text)) <= 80


def test_alone_and_sites_that_differ() -> None:
    rows = [_row("base_only", "july", 4.0), {**_row("base_only", "april", 6.0), "base_km": 195.2}]
    text = lines(rows, ["activity", "date"], alone=True)
    assert text[3].split() == ["base_only", "195", "to", "511", "478", "60", "12.00"]
    assert text[6].split() == ["base_only", "2.00", "3.00"]


def test_one_option_gives_one_line_of_hours() -> None:
    text = lines([_row("base_only", "july", 1.0), _row("base_only", "april", 3.0)], ["date"])
    assert text[-1].split() == ["100", "%", "100", "%"]


def test_the_command_writes_what_it_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "hours.csv"
    words = ["turkey-2019", "--by", "reflectors", "--aircraft", "f-35a", "--replications", "2", "-o", str(out)]
    monkeypatch.setattr("sys.argv", ["openiads", "exposure", *words])
    with pytest.raises(SystemExit) as left:
        program.main()
    assert not left.value.code
    printed = capsys.readouterr().out
    assert "in this model" in printed
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {(row["reflectors"], row["system"]) for row in rows} == {
        (r, s) for r in ("removed", "fitted") for s in ("s400-command", "hmeimim-command")
    }
    assert {float(row["held_h"]) for row in rows if row["reflectors"] == "removed"} == {0.0}
    assert {round(float(row["base_km"])) for row in rows} == {511, 387}


def test_an_unknown_option_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["openiads", "exposure", "turkey-2019", "--by", "activities"])
    with pytest.raises(SystemExit) as left:
        program.main()
    assert left.value.code == 2
    assert capsys.readouterr().err.strip().endswith("Did you mean 'activity'?")
