"""The YAML reader: YAML 1.2 values, places of entries, and nothing but ScenarioError for any text."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiads.errors import ScenarioError
from openiads.scenario.problems import Mark
from openiads.scenario.yaml_reader import read_text, read_value, write_text


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("12:30:00", "12:30:00"),
        ("2019-11-26", "2019-11-26"),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        (".5", 0.5),
        ("5.", 5.0),
        ("-0", 0),
        ("+7", 7),
        ("0x1F", 31),
        ("0o17", 15),
        ("~", None),
        ("null", None),
        ("", None),
        ("true", True),
        ("FALSE", False),
        ("'010'", "010"),
        ('"1"', "1"),
        ("<<", "<<"),
        ("=", "="),
        ("1.2.3", "1.2.3"),
        ("inf", "inf"),
        ("nan", "nan"),
    ],
)
def test_plain_values_follow_yaml_1_2(written: str, value: object) -> None:
    got = read_text(f"key: {written}\n", name="f").data["key"]
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    "written", ["010", "-010", "00", ".nan", ".NaN", ".inf", "-.INF", "1e999", "9" * 19, "0x" + "f" * 17]
)
def test_ambiguous_and_endless_numbers_are_refused(written: str) -> None:
    with pytest.raises(ScenarioError, match=r"^f:1:6: "):
        read_text(f"key: {written}\n", name="f")


def test_every_entry_has_its_place() -> None:
    marks = read_text("a: 1\nb:\n  - c: x\n  -   d: [1, 2]\n", name="f").marks
    assert marks["a",] == Mark(1, 1, 1, 4)
    assert marks["b",] == Mark(2, 1, 3, 3)
    assert marks["b", 0, "c"] == Mark(3, 5, 3, 8)
    assert marks["b", 1, "d"] == Mark(4, 7, 4, 10)
    assert marks["b", 1, "d", 1] == Mark(4, 14, 4, 14)


def test_columns_count_characters_not_bytes() -> None:
    with pytest.raises(ScenarioError, match=r"^f:1:8: alias"):
        read_text("'é😀é': *x\n", name="f")


def test_byte_order_mark_is_ignored(tmp_path: Any) -> None:
    from openiads.scenario.yaml_reader import read_file

    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_file(path).data == {"a": 1}


def test_thirty_two_levels_are_allowed() -> None:
    inside = "[" * 31 + "1" + "]" * 31
    assert read_text(f"a: {inside}", name="f").data["a"]
    with pytest.raises(ScenarioError, match="nested deeper than 32"):
        read_text(f"a: [{inside}]", name="f")


def _refusal(read: Callable[[], object]) -> str:
    try:
        read()
    except ScenarioError as error:
        return str(error)
    return ""


YAMLISH = st.text(alphabet=st.sampled_from(list("ab01.:-?[]{},&*!|>'\"%@`#~ \n\t\\é\x00\x85\u2028\ufeff😀")), max_size=60)


@given(st.one_of(YAMLISH, st.text(max_size=60)))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    message = _refusal(lambda: read_text(text, name="f"))
    assert "\n" not in message
    assert message.startswith("f:") or not message


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    from openiads.scenario.yaml_reader import read_file

    path = tmp_path_factory.getbasetemp() / "random.yaml"
    path.write_bytes(content)
    assert "\n" not in _refusal(lambda: read_file(path))


TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=12)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**17), 10**17)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | NUMBERS
    | TEXT
    | st.sampled_from(["no", "1e3", "0o7", "010", "~", "1:2", ".inf", "0x1", "<<", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXT, PLAIN, min_size=1, max_size=4))
def test_what_is_written_is_read_back(data: dict[str, Any]) -> None:
    got = read_text(write_text(data), name="f").data
    assert _same(got, data), write_text(data)


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return left == right and math.copysign(1, left) == math.copysign(1, right)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return type(left) is type(right) and bool(left == right)


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("abc", "abc"), ("[tracks]", ["tracks"]), ("null", None), ("", None)]
)
def test_single_values(text: str, value: object) -> None:
    assert read_value(text, name="--set x") == value
