import json
import subprocess
import sys
from pathlib import Path

import pytest

RIGHT = {
    "id": "a",
    "topic": "binary_integration",
    "inputs": {"n": 5, "m": 3, "p_single": 0.5},
    "expected": {"p_out": 0.5},
    "rtol": 1e-9,
}
WRONG = RIGHT | {"id": "b", "expected": {"p_out": 0.6}}
UNKNOWN = RIGHT | {"id": "c", "topic": "astrology"}


def verify(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "openiads", "verify", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("cases", "arguments", "code"),
    [
        ([RIGHT], [], 0),
        ([RIGHT, WRONG], [], 1),
        ([RIGHT, WRONG], ["--allow-missing"], 1),
        ([RIGHT, UNKNOWN], [], 1),
        ([RIGHT, UNKNOWN], ["--allow-missing"], 0),
    ],
)
def test_exit_code(tmp_path: Path, cases: list[dict[str, object]], arguments: list[str], code: int) -> None:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps({"cases": cases}))
    ran = verify("--cases", path, *arguments)
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert ("astrology" in ran.stdout and "not built: 1 case" in ran.stdout) == (UNKNOWN in cases)
    assert ("failed: binary_integration: b: p_out is 0.5, expected 0.6" in ran.stdout) == (WRONG in cases)


def test_a_malformed_file_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text('{"cases": 3}')
    ran = verify("--cases", path)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr.startswith("error: ")
    assert ran.stderr.count("\n") == 1


def test_the_shipped_pack_has_no_failure() -> None:
    ran = verify("--allow-missing")
    assert ran.returncode == 0, ran.stdout
    assert ", 0 failed, " in ran.stdout.splitlines()[-1]
