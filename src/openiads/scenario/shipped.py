"""The scenarios that the package ships, by name."""

from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path


def shipped() -> tuple[str, ...]:
    """Names of the shipped scenarios, sorted."""
    return tuple(sorted(f.name.removesuffix(".yaml") for f in _folder().iterdir() if f.name.endswith(".yaml")))


def find(given: str | Path) -> Path:
    """`given` itself when such a file is there or it looks like one; else the file of the shipped scenario of that name."""
    path = Path(given)
    if path.suffix or len(path.parts) != 1 or path.exists() or str(given) not in shipped():
        return path
    with as_file(_folder() / f"{given}.yaml") as found:
        return found


def _folder() -> Traversable:
    return files("openiads.scenario") / "library"
