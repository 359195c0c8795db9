import pytest
from typer.testing import CliRunner

from openiads.catalogue import load_catalogue
from openiads.cli.main import app
from openiads.errors import CatalogueError


def shown(*arguments: str, columns: int = 80) -> str:
    result = CliRunner().invoke(app, ["catalogue", *arguments], env={"COLUMNS": str(columns)})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_list_names_every_family() -> None:
    lines = shown("list").splitlines()
    assert lines[0].split() == ["family", "entries", "figures", "placeholders"]
    assert [line.split()[0] for line in lines[1:]] == list(load_catalogue().families())


def test_list_of_a_family_names_every_entry() -> None:
    output = shown("list", "missiles")
    for id_ in load_catalogue().ids("missiles"):
        assert any(line.startswith(id_ + " ") for line in output.splitlines())


def test_show_prints_spread_unit_grade_and_numbered_sources() -> None:
    output = shown("show", "radars.91n6e")
    row = next(line.split() for line in output.splitlines() if line.startswith("range_km"))
    assert row[:6] == ["range_km", "340", "390", "390", "km", "C"]
    assert f"\n{row[6].rstrip(',')}: general knowledge, to be verified" in output


def test_show_marks_placeholders() -> None:
    output = shown("show", "defaults.radar")
    assert next(line.split()[5] for line in output.splitlines() if line.startswith("p_detection")) == "C*"
    assert "*: placeholder, no public figure" in output.replace("\n", " ")


def test_show_of_one_figure_gives_note_and_source() -> None:
    output = shown("show", "catalogue.signatures.f-35a.front_m2")
    for text in ["signatures.f-35a.front_m2", "0.001 m2", "0.0001", "0.01995", "dBsm", "grade         C", "flightgear"]:
        assert text.lower() in output.lower()


def test_show_of_a_word_and_of_a_text() -> None:
    assert "nominal       shoot_look_shoot" in shown("show", "defaults.command.doctrine")
    assert "X band" in shown("show", "radars.92n6e.band")
    assert "nominal       no" in shown("show", "defaults.radar.instrumented_limit")


@pytest.mark.parametrize("columns", [80, 100])
def test_every_page_fits_the_terminal(columns: int) -> None:
    catalogue = load_catalogue()
    pages = [("list",), *(("list", family) for family in catalogue.families())]
    pages += [("show", entry.path) for family in catalogue.families() for entry in catalogue.entries(family)]
    for page in pages:
        for line in shown(*page, columns=columns).splitlines():
            assert len(line) <= columns or "http" in line, (page, line)  # an address is never broken


def test_a_wrong_path_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from openiads.cli.main import main

    monkeypatch.setattr("sys.argv", ["openiads", "catalogue", "show", "radars.92n6"])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 2
    assert capsys.readouterr().err == "error: catalogue.radars has no entry '92n6'. Did you mean '92n6e'?\n"


def test_a_path_with_too_many_parts_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"is no catalogue path\. Write <family>"):
        shown("show", "radars.92n6e.range_km.low")
