"""Measures of coverage: no replication is needed for them, only the scenario; the figures are at their stated values."""

from typing import Any, Final

import numpy as np

from openiads.errors import ResultsError
from openiads.results.measures.base import Measure, Sample, sample
from openiads.results.measures.data import RunData

P: Final = 0.9
DWELL: Final = 60.0


def _views(data: RunData, radar: str | None) -> list[Any]:
    from openiads.coverage.views import radar_ids, view_of  # noqa: PLC0415 - the floor below, and slow to import

    known = radar_ids(data.scenario)
    wanted = radar or data.paths.main_node
    chosen = [name for name in known if wanted in (name, name.split("/")[0])]
    if not chosen:
        raise ResultsError(f"no radar or node is called {wanted!r}. Known: {', '.join(known)}.")
    return [view_of(data.scenario, name) for name in chosen]


def _aim(data: RunData, target: dict[str, Any]) -> Any:
    from openiads.coverage.disc import Tracked  # noqa: PLC0415

    stated = {"altitude_m": target["altitude_m"], "rcs_m2": target["rcs_m2"]}
    swerling = 1
    if None in stated.values():
        thing = data.spec_of(target["object"])
        swerling = thing.rcs.swerling
        flown = getattr(thing.motion, "altitude_m", None)
        own = {"altitude_m": flown, "rcs_m2": thing.rcs.front_m2}
        stated = {name: own[name] if value is None else value for name, value in stated.items()}
        if stated["altitude_m"] is None:
            raise ResultsError("the object does not fly at one altitude. State altitude_m=.")
    return Tracked(float(stated["altitude_m"]), float(stated["rcs_m2"]), swerling, target["p"], target["dwell_s"])


def _same(data: RunData, value: float, of: float = 1.0) -> Sample:
    return sample(np.full(data.count, value), np.full(data.count, of))


def coverage_area(
    data: RunData,
    *,
    radius_km: float,
    altitude_m: float | None = None,
    rcs_m2: float | None = None,
    object: str | None = None,  # noqa: A002 - the table's word
    radar: str | None = None,
    p: float = P,
    dwell_s: float = DWELL,
) -> Sample:
    """Area within a radius where a target is firmly tracked in time."""
    covered, _ = _disc(data, radius_km, radar, altitude_m=altitude_m, rcs_m2=rcs_m2, object=object, p=p, dwell_s=dwell_s)
    return _same(data, covered)


def coverage_fraction(
    data: RunData,
    *,
    radius_km: float,
    altitude_m: float | None = None,
    rcs_m2: float | None = None,
    object: str | None = None,  # noqa: A002
    radar: str | None = None,
    p: float = P,
    dwell_s: float = DWELL,
) -> Sample:
    """The same area, and that of the disc."""
    found = _disc(data, radius_km, radar, altitude_m=altitude_m, rcs_m2=rcs_m2, object=object, p=p, dwell_s=dwell_s)
    return _same(data, *found)


def _disc(data: RunData, radius_km: float, radar: str | None, **target: Any) -> tuple[float, float]:
    from openiads.coverage.disc import covered_area_km2  # noqa: PLC0415

    return covered_area_km2(_views(data, radar), _aim(data, target), radius_km=radius_km)


def min_covered_altitude(
    data: RunData,
    *,
    range_km: float,
    azimuth_deg: float | None = None,
    rcs_m2: float | None = None,
    object: str | None = None,  # noqa: A002
    radar: str | None = None,
    p: float = P,
    dwell_s: float = DWELL,
) -> Sample:
    """Lowest altitude tracked firmly in time at a ground range; without an azimuth at all of 36."""
    from openiads.coverage.disc import lowest_covered_m  # noqa: PLC0415

    views = _views(data, radar)
    aim = _aim(data, {"altitude_m": 0.0, "rcs_m2": rcs_m2, "object": object, "p": p, "dwell_s": dwell_s})
    azimuths = np.radians(np.arange(0.0, 360.0, 10.0) if azimuth_deg is None else [azimuth_deg])
    return _same(data, lowest_covered_m(views, aim, ground_m=1000.0 * range_km, azimuth_rad=azimuths))


_TARGET: Final = {
    "rcs_m2": "median cross-section of the target; that of the object from the front otherwise",
    "object": "object whose altitude and cross-section count; the only hostile one otherwise",
    "radar": "radar as node/role, or node; all radars of the fire unit nearest to an asset otherwise",
    "p": "probability of a firm track, 0.9 otherwise",
    "dwell_s": "time within which it must be firm, 60 s otherwise",
}
_DISC: Final = {
    "radius_km": "radius of the disc",
    "altitude_m": "altitude of the target above mean sea level; that of the object otherwise",
    **_TARGET,
}
_WHERE: Final = "a target at that altitude is firmly tracked within dwell_s with probability p or more"

MEASURES: Final = (
    Measure(
        "coverage_area", "km2", "exact", f"area within the radius where {_WHERE}", (), coverage_area, _DISC, listed=False
    ),
    Measure(
        "coverage_fraction",
        "1",
        "exact",
        f"share of the disc of the radius where {_WHERE}",
        (),
        coverage_fraction,
        _DISC,
        listed=False,
    ),
    Measure(
        "min_covered_altitude",
        "m",
        "exact",
        "lowest altitude at which a target at a ground range is firmly tracked within dwell_s with probability p or more; without "
        "an azimuth at all of 36; missing where none is covered",
        (),
        min_covered_altitude,
        {"range_km": "ground range", "azimuth_deg": "clockwise from north; all round otherwise", **_TARGET},
        listed=False,
    ),
)
