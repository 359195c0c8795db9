"""The skylines that the package ships: one CSV file per place, with its origin in comment lines at the top.

`tools/make_skylines.py` writes them from DTED level 0. At 900 m between posts ridges are rounded off and the ground within
the first kilometre is unknown, so low flyers are masked too little.
"""

from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np

from openiads.errors import CatalogueError
from openiads.geo.terrain.skyline import AZIMUTHS, Skyline

MAGIC = "# openiads skyline 1"
COLUMNS = "azimuth_deg,range_m,height_amsl_m"


def skyline_ids() -> tuple[str, ...]:
    """Ids of the skylines that are shipped, sorted."""
    return tuple(sorted(f.name.removesuffix(".csv") for f in _folder().iterdir() if f.name.endswith(".csv")))


@cache
def load_skyline(skyline_id: str) -> Skyline:
    """The skyline of a place.

    Raises
    ------
    CatalogueError
        When there is none of that id, or its file is damaged.
    """
    known = skyline_ids()
    if skyline_id not in known:
        close = get_close_matches(skyline_id, known, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise CatalogueError(f"no skyline is called {skyline_id!r}. Known: {', '.join(known)}.{hint}")
    return parse_skyline(_folder().joinpath(f"{skyline_id}.csv").read_text(), name=f"{skyline_id}.csv")


def parse_skyline(text: str, *, name: str) -> Skyline:
    """A skyline from the text of its file; `name` is used in messages.

    Raises
    ------
    CatalogueError
        When the text is not a skyline, lacks a header line, or its points are not in order. The message names the line.
    """
    lines = text.splitlines()
    if not lines or lines[0] != MAGIC:
        raise CatalogueError(f"{name}:1: not a skyline: the first line must be {MAGIC!r}.")
    head_lines = sum(1 for line in lines if line.startswith("#"))
    head = dict(line[1:].strip().split(": ", 1) for line in lines[1:head_lines] if ": " in line)
    if head_lines >= len(lines) or lines[head_lines] != COLUMNS:
        raise CatalogueError(f"{name}:{head_lines + 1}: the columns must be {COLUMNS!r}.")
    try:
        rows = np.array([[float(v) for v in line.split(",")] for line in lines[head_lines + 1 :]]).reshape(-1, 3)
        first = _first_of(rows, name=name, head_lines=head_lines)
        return Skyline(
            id=head["place"],
            latitude_rad=float(np.radians(float(head["latitude_deg"]))),
            longitude_rad=float(np.radians(float(head["longitude_deg"]))),
            ground_m=float(head["ground_m"]),
            antenna_low_amsl_m=float(head["antenna_low_amsl_m"]),
            antenna_high_amsl_m=float(head["antenna_high_amsl_m"]),
            factor_low=float(head["factor_low"]),
            factor_high=float(head["factor_high"]),
            reach_m=float(head["reach_m"]),
            spacing_arcsec=float(head["spacing_arcsec"]),
            source=head["source"],
            first=first,
            range_m=rows[:, 1].copy(),
            height_amsl_m=rows[:, 2].copy(),
        )
    except KeyError as error:
        raise CatalogueError(f"{name}: the header has no line {error.args[0]!r}.") from error
    except ValueError as error:
        raise CatalogueError(f"{name}: a number is malformed ({error}). Restore the file from the package.") from error


def _first_of(rows: np.ndarray, *, name: str, head_lines: int) -> np.ndarray:
    """Index of the first point of each azimuth, after checking that azimuths rise, and ranges within each."""
    step = np.diff(rows[:, :2], axis=0)
    wrong = (step[:, 0] < 0) | ((step[:, 0] == 0) & (step[:, 1] <= 0))
    outside = ~np.isfinite(rows).all(axis=1) | (rows[:, 0] < 0) | (rows[:, 0] >= AZIMUTHS) | (rows[:, 0] % 1 != 0)
    bad = np.flatnonzero(outside | np.concatenate([[False], wrong]))
    if bad.size:
        raise CatalogueError(
            f"{name}:{head_lines + 2 + int(bad[0])}: azimuths are whole degrees from 0 to {AZIMUTHS - 1} in order, "
            "and ranges grow in each. Restore the file from the package."
        )
    return np.searchsorted(rows[:, 0], np.arange(AZIMUTHS + 1)).astype(np.int64)


def _folder() -> Traversable:
    return files("openiads.catalogue") / "data" / "skylines"
