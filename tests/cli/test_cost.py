import json

import pytest
from typer.testing import CliRunner

from openiads.catalogue.costs import Interval
from openiads.cli.cost import interval_text
from openiads.cli.main import app


def shown(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["cost", *arguments], env={"COLUMNS": "80"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_every_package_shows_its_kind_of_price_contents_and_delivery() -> None:
    output = shown()
    assert max(map(len, output.splitlines())) < 80
    starts = [line.split()[0] for line in output.splitlines() if line[:1].isalpha() and "  " in line]
    assert starts == sorted(starts)
    for head in ("price", "per fire unit", "per ready missile", "inside", "outside", "delivered"):
        assert output.count(f"\n  {head}") == 6
    assert "not comparable:" in output


def test_sources_are_shown_when_asked_for() -> None:
    assert "trt" not in shown("patriot-offer-2018").lower()
    assert "source" in shown("patriot-offer-2018", "--sources")


def test_json_holds_intervals_and_what_may_not_be_compared() -> None:
    read = json.loads(shown("--json", "s-400-turkish-contract", "patriot-offer-2018"))
    assert [one["package"] for one in read["packages"]] == ["patriot-offer-2018", "s-400-turkish-contract"]
    assert read["packages"][1]["per_fire_unit"] == {"low": 625.0, "nominal": 625.0, "high": 1250.0}
    assert len(read["not_comparable"]) == 1


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(875, 875, 875), "875"),
        (Interval(625, 625, 1250), "625 [625, 1,250]"),
        (Interval(4.0, 4.2, 5.3), "4.2 [4, 5.3]"),
    ],
)
def test_an_interval_is_written_with_its_ends(interval: Interval, text: str) -> None:
    assert interval_text(interval) == text
