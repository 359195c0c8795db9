"""The studies that the package ships, by name."""

from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

REGISTER: Final = "register.yaml"


def shipped() -> tuple[str, ...]:
    """Names of the shipped studies, sorted."""
    names = (f.name for f in folder().iterdir() if f.name.endswith(".yaml") and f.name != REGISTER)
    return tuple(sorted(name.removesuffix(".yaml") for name in names))


def find(given: str | Path) -> Path:
    """`given` itself when such a file is there or it looks like one; else the file of the shipped study of that name."""
    path = Path(given)
    if path.suffix or len(path.parts) != 1 or path.exists() or str(given) not in shipped():
        return path
    with as_file(folder() / f"{given}.yaml") as found:
        return found


def folder() -> Traversable:
    """Where they lie, and the register of claims beside them."""
    return files("openiads.study") / "library"
