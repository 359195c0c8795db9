import subprocess
import sys

import pytest

from openiads.catalogue import FAMILIES, load_catalogue
from openiads.catalogue.loading import parse_family
from openiads.errors import CatalogueError

SOURCES = {"book": "A. Author, A Book, 2000"}


def one_figure(**changes: object) -> dict[str, object]:
    figure = {"low": 1.0, "nominal": 2.0, "high": 4.0, "unit": "km", "source": ["book"], "grade": "B"} | changes
    figure = {key: value for key, value in figure.items() if value is not None}
    return {"family": "radars", "entries": {"r": {"name": "R", "figures": {"range_km": figure}}}}


def test_a_figure_carries_value_spread_unit_source_and_grade() -> None:
    figure = load_catalogue().figure("radars.92n6e.range_km")
    assert (figure.low, figure.value, figure.nominal, figure.high) == (150, 200, 200, 250)
    assert (figure.path, figure.name, figure.unit, figure.grade) == ("radars.92n6e.range_km", "range_km", "km", "C")
    assert figure.placeholder is False
    assert figure.sources[0].startswith("Open-source air-defence simulation catalogue")


def test_a_path_may_start_with_catalogue() -> None:
    catalogue = load_catalogue()
    assert catalogue.figure("catalogue.missiles.48n6e3.max_range_km") is catalogue.figure("missiles.48n6e3.max_range_km")


def test_the_case_is_there() -> None:
    catalogue = load_catalogue()
    assert {"91n6e", "92n6e", "96l6e", "an-mpq-65", "an-fps-117", "an-tpy-2"} <= set(catalogue.ids("radars"))
    assert {"40n6e", "48n6e3", "48n6e2", "9m96e2", "9m96e", "pac-2-gem-t", "pac-3-cri", "pac-3-mse"} <= set(
        catalogue.ids("missiles")
    )
    assert {"f-35a", "f-22", "f-16", "large-aircraft", "airliner", "male-drone", "tb2", "small-drone", "cruise-missile"} | {
        "srbm-iskander-class",
        "srbm-scud-class",
        "decoy",
    } <= set(catalogue.ids("signatures"))
    assert len(catalogue.ids("places")) == 21
    assert catalogue.families() == FAMILIES


def test_one_value_is_its_own_spread_and_a_word_has_none() -> None:
    catalogue = load_catalogue()
    height = catalogue.figure("places.murted.ground_m")
    assert (height.low, height.nominal, height.high) == (843, 843, 843)
    word = catalogue.figure("defaults.command.doctrine")
    assert (word.value, word.low, word.nominal, word.high) == ("shoot_look_shoot", None, None, None)
    assert catalogue.figure("defaults.radar.instrumented_limit").value is False


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("radar.92n6e.range_km", "no family 'radar'. Did you mean 'radars'"),
        ("radars.92n6.range_km", "catalogue.radars has no entry '92n6'. Did you mean '92n6e'"),
        ("radars.92n6e.range_m", "catalogue.radars.92n6e has no figure 'range_m'. Did you mean 'range_km'"),
        ("radars.92n6e", "is no path of a catalogue figure. Write <family>.<id>.<figure>"),
        ("zzz.92n6e.range_km", "Known: defaults, missiles"),
    ],
)
def test_a_wrong_path_says_what_was_meant(path: str, message: str) -> None:
    with pytest.raises(CatalogueError, match=message.replace(".", r"\.")):
        load_catalogue().figure(path)


def test_fill_takes_the_system_first_and_then_the_groups_in_order() -> None:
    catalogue = load_catalogue()

    def path(field: str, system: str | None) -> str | None:
        figure = catalogue.fill(field, family="radars", system=system, groups=("radar-rotating", "radar"))
        return None if figure is None else figure.path

    assert path("scan_period_s", "91n6e") == "radars.91n6e.scan_period_s"
    assert path("scan_period_s", None) == "defaults.radar-rotating.scan_period_s"
    assert path("sector_deg", None) == "defaults.radar-rotating.sector_deg"  # before defaults.radar.sector_deg
    assert path("p_detection", "91n6e") == "defaults.radar.p_detection"
    assert path("range_km", None) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"low": None}, "expected either `value`, or all of"),
        ({"value": 3.0}, "expected either `value`, or all of"),
        ({"high": "4e0"}, "expected numbers, found"),
        ({"nominal": True}, "expected numbers in low, nominal and high"),
        ({"unit": None}, "key 'unit' is missing"),
        ({"grades": "A"}, "unknown key 'grades'. Did you mean 'grade'"),
        ({"source": []}, "expected a list of source ids"),
        ({"source": ["boek"]}, "no source 'boek'. Did you mean 'book'"),
    ],
)
def test_a_malformed_figure_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(CatalogueError, match=rf"catalogue\.radars\.r\.range_km: .*{message}"):
        parse_family("radars", one_figure(**changes), SOURCES)


def test_a_file_of_another_family_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"missiles\.yaml: expected `family: missiles`"):
        parse_family("missiles", one_figure(), SOURCES)


def test_entries_are_frozen() -> None:
    entry = load_catalogue().entry("radars", "92n6e")
    with pytest.raises(TypeError):
        entry.figures["range_km"] = entry.figures["rcs_m2"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        entry.figures["range_km"].value = 1.0  # type: ignore[misc]


def test_the_whole_catalogue_loads_in_a_tenth_of_a_second() -> None:
    """CPU seconds of a fresh process after its imports; 0.035 were measured."""
    code = (
        "import time, yaml; from openiads.catalogue import load_catalogue\n"
        "start = time.process_time(); c = load_catalogue(); [c.entries(f) for f in c.families()]\n"
        "print(time.process_time() - start)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(run.stdout) < 0.1  # CPU seconds


def test_importing_the_catalogue_reads_nothing_heavy() -> None:
    code = "import sys, openiads.catalogue; print([m for m in ('yaml', 'numpy', 'numba', 'scipy') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
