"""The table of `openiads compare` fits the terminal and loses nothing by that."""

import pytest

from openiads.cli.compare import format_differences
from openiads.results.measures import registry
from openiads.results.paired import Difference
from openiads.stats.intervals import Estimate

ROWS = (
    Difference(
        registry["leakage"],
        {},
        Estimate(0.25, 0.1, 0.4, 8),
        Estimate(0.5, 0.3, 0.7, 8),
        Estimate(0.25, 0.1, 0.4, 8),
        2.5,
        3,
        8,
    ),
    Difference(
        registry["first_firm_track_range"],
        {"object": "an-object-with-a-long-name-12"},
        Estimate(123456.7, 1.0, 2.0, 8),
        Estimate(None, None, None, 0),
        Estimate(-1234.5, -2345.6, 12.3, 8),
        None,
        2,
        8,
    ),
    Difference(registry["kills"], {}, Estimate(1.0, 1, 1, 8), Estimate(1.0, 1, 1, 8), Estimate(0.0, 0, 0, 8), None, 8, 8),
)


@pytest.mark.parametrize("columns", [80, 100, 300])
def test_it_fits_the_terminal_with_every_value(columns: int) -> None:
    text = format_differences("base", "a-longer-variant", ROWS, everything=True, columns=columns)
    assert max(map(len, text.splitlines())) <= columns
    for value in ("25.0", "*+25.0", "2.5", "first_firm_track_range:object=an-object-with-a-long-name-12", "km", "missing"):
        assert value in text, value
    folded = any(line == "  leakage [%]" for line in text.splitlines())
    assert folded is (columns < 300)


def test_what_is_the_same_in_every_pair_is_counted_only() -> None:
    text = format_differences("base", "other", ROWS, everything=False, columns=300)
    assert "kills" not in text
    assert "1 further measures are the same in every pair" in text
    assert "kills" in format_differences("base", "other", ROWS, everything=True, columns=300)


def test_it_asks_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    widest = {}
    for columns in (60, 200):
        monkeypatch.setenv("COLUMNS", str(columns))
        widest[columns] = max(map(len, format_differences("base", "other", ROWS, everything=True).splitlines()))
    assert widest[60] < widest[200]
