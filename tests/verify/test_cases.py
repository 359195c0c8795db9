import json
from pathlib import Path

import pytest

from openiads.verify import CasesError, load_cases

CASE = {"id": "a", "topic": "t", "inputs": {}, "expected": {"x": 1}}


def write(tmp_path: Path, tree: object) -> Path:
    path = tmp_path / "cases.json"
    path.write_text(tree if isinstance(tree, str) else json.dumps(tree))
    return path


def test_fields_that_are_not_needed_may_be_absent_or_more(tmp_path):
    (case,) = load_cases(write(tmp_path, {"meta": {}, "cases": [CASE | {"notes": "n", "expected_hp": {}}]}))
    assert (case.id, case.topic, case.rtol, case.atol, case.negative_control) == ("a", "t", 0.0, 0.0, False)


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ('{"cases": [', r"cases\.json:1:12: .*one JSON object"),
        ([], "found no list 'cases'"),
        ({"cases": {}}, "found no list 'cases'"),
        ({"cases": []}, "at least one case"),
        ({"cases": [3]}, r"case 1 is a number; a case is an object"),
        ({"cases": [CASE | {"id": 7}]}, r"case 1: id is a number"),
        ({"cases": [CASE, {"id": "b"}]}, r"case 2: topic is missing"),
        ({"cases": [CASE | {"inputs": [1]}]}, r"\(a\): inputs is a list"),
        ({"cases": [CASE | {"expected": {}}]}, r"\(a\): expected is empty"),
        ({"cases": [CASE | {"rtol": -1}]}, r"\(a\): rtol is -1; it must be a number of 0 or more"),
        ({"cases": [CASE | {"atol": "1e-3"}]}, r"atol is '1e-3'"),
        ({"cases": [CASE, CASE]}, "case 'a' stands twice"),
    ],
)
def test_a_malformed_file_is_told_in_one_line(tmp_path, tree, words):
    with pytest.raises(CasesError, match=words) as caught:
        load_cases(write(tmp_path, tree))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_not_text(tmp_path):
    with pytest.raises(CasesError, match="cannot be read: No such file"):
        load_cases(tmp_path / "none.json")
    (tmp_path / "b.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CasesError, match="not UTF-8"):
        load_cases(tmp_path / "b.json")
