"""The program in this process, for tests of its commands."""

from collections.abc import Callable
from pathlib import Path

import pytest

from openiads.cli import main as program

Outcome = tuple[int, str, str]


@pytest.fixture
def openiads(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """The program in this process: exit code, output, error output."""

    def call(*arguments: str | Path | int) -> Outcome:
        monkeypatch.setattr("sys.argv", ["openiads", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            program.main()
        out, err = capsys.readouterr()
        code = left.value.code
        return (code if isinstance(code, int) else 0), out, err

    return call
