"""Views: the looks of one radar at one object, kept from one lowering to the next.

A study lowers thousands of scenarios that differ in a gain, a cross-section or a probability, and in all of them most radars
look at most objects from the same places at the same times. A view holds what follows from place, motion, scan and air alone;
what hangs on gain and cross-section is put in afterwards, by the same sums in the same order: the same bytes.
"""

import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.engine.objects import Things
from openiads.engine.sites import Radars
from openiads.models.sensing.looks import SIGHTS, best_rcs_db, frame_candidates, rotating_looks
from openiads.models.sensing.lowering import change_at
from openiads.models.sensing.paths import Paths
from openiads.physics.link_budget import propagation_loss_db
from openiads.records.case import CANDIDATES, LOOKS, ROTATING
from openiads.records.chain import RELIEF_HORIZON

Rows = NDArray[Any]
Floats = NDArray[np.float64]
MOST_BYTES: Final = 256 * 1024 * 1024
NOT_GEOMETRY: Final = (
    "name", "node", "antenna", "gain_db", "noise_db", "pd_row", "p_fa", "threshold", "pulses", "resolution_m", "floor_range_m",
    "floor_azimuth_rad", "floor_elevation_rad", "slew_radps", "boresight_rad", "dwells", "false_alarm_mean", "clutter_share",
    "clutter_patch_m", "mask_row", "missile_dwells",
)  # fmt: skip
"""Fields of a radar on which no look's place or time depends."""


@dataclass(frozen=True)
class View:
    """Every look that a radar of unlimited gain would take at an object; nobody writes to these arrays."""

    rows: Rows
    """LOOKS or CANDIDATES, (n,): the signal without the gain, the object not named."""
    sights: Rows
    numbers: NDArray[np.int64]
    gain_db: Floats
    """Signal of 1 m2 less the gain of the radar, in free space."""
    change_db: Floats | None
    """What the path adds; None where only range counts."""

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        arrays = (self.rows, self.sights, self.numbers, self.gain_db, self.change_db)
        return sum(a.nbytes for a in arrays if a is not None)


class Views:
    """The views that were made last, as many as fit into so many bytes. One for each thread."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes: Final = most_bytes
        self._kept: OrderedDict[Hashable, View] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable, make: Callable[[], View]) -> View:
        """The view of a key, made when it is new."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        view = self._kept[key] = make()
        self._bytes += view.size
        while self._bytes > self.most_bytes and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].size
        return view


def looks_from(
    views: Views, radars: Radars, r: int, things: Things, duration_ns: int
) -> tuple[Rows, Rows, NDArray[np.int64], Floats | None]:
    """Looks or candidates of a radar at all objects, where these then stand, their calendar numbers, and what the path adds.

    Those of `models.sensing.looks`, object after object.
    """
    radar, paths = radars.records[r], radars.paths[r]
    aerial = _aerial_key(radars, r, duration_ns)
    hashes: dict[int, bytes] = {}
    rows, sights = [np.zeros(0, LOOKS if radar["kind"] == ROTATING else CANDIDATES)], [np.zeros(0, SIGHTS)]
    numbers, changes = [np.zeros(0, np.int64)], [np.zeros(0)]
    for o, thing in enumerate(things.objects):
        view = views.get((aerial, *_flight_key(things, thing, hashes)), partial(_view, radars, r, things, o, duration_ns))
        keep = _hopeful(view, radar, thing, paths.most_gain_db)
        own = view.rows[keep]
        own["object"] = o
        if radar["kind"] == ROTATING:
            own["snr_1m2_db"] = radar["gain_db"] + view.gain_db[keep]
        rows.append(own)
        sights.append(view.sights[keep])
        numbers.append(view.numbers[keep])
        if view.change_db is not None:
            changes.append(view.change_db[keep])
    whole = np.concatenate(rows), np.concatenate(sights), np.concatenate(numbers)
    return (*whole, np.concatenate(changes) if paths.changes else None)


def _hopeful(view: View, radar: Any, thing: Any, most_gain_db: float) -> NDArray[np.bool_]:
    """`models.sensing.looks.hopeless` for a whole view, turned round: the same sums in the same order."""
    snr_db = ((radar["gain_db"] + view.gain_db) + most_gain_db) + best_rcs_db(thing)
    return ~np.asarray(snr_db < radar["noise_db"][thing["swerling"]])


def _aerial_key(radars: Radars, r: int, duration_ns: int) -> bytes:
    radar = radars.records[r]
    digest = hashlib.blake2b(f"{duration_ns}|{_air(radars.paths[r])}".encode(), digest_size=16)
    for name in radars.records.dtype.names or ():
        if name not in NOT_GEOMETRY:
            digest.update(np.ascontiguousarray(radar[name]).tobytes())
    first = radars.mask_first[radar["mask_row"]]
    digest.update(first.tobytes() + radars.mask_range_m.tobytes() + radars.mask_elevation_rad.tobytes())
    return digest.digest()


def _air(paths: Paths) -> str:
    """Everything that `Paths.change_db` depends on."""
    radar = paths.radar
    own = (radar.frequency_ghz, radar.beamwidth_elevation_deg, radar.mti_pulses, radar.prf_hz, radar.mti_stagger)
    return repr((paths.sensing, own, paths.antenna_height_m, paths.refraction_factor))


def _flight_key(things: Things, thing: Any, hashes: dict[int, bytes]) -> tuple[Hashable, ...]:
    first, count = int(thing["knot_first"]), int(thing["knot_count"])
    if first not in hashes:
        digest = hashlib.blake2b(str(count).encode(), digest_size=16)
        for name in things.knots.dtype.names or ():
            digest.update(np.ascontiguousarray(things.knots[name][first : first + count]).tobytes())
        hashes[first] = digest.digest()
    times = (int(thing["start_ns"]), int(thing["end_ns"]), int(thing["knot_step_ns"]))
    return (hashes[first], count, *times, int(thing["relief"]) & RELIEF_HORIZON)


def _view(radars: Radars, r: int, things: Things, o: int, duration_ns: int) -> View:
    radar = radars.records[r : r + 1].copy()
    radar["gain_db"], radar["noise_db"] = 0.0, -math.inf  # no look is hopeless to such a radar
    rotating = radar[0]["kind"] == ROTATING
    walk, dtype = (rotating_looks, LOOKS) if rotating else (frame_candidates, CANDIDATES)
    masks = (radars.mask_first, radars.mask_range_m, radars.mask_elevation_rad)
    room = duration_ns // int(radar[0]["period_ns"]) + 3
    rows, numbers, sights = np.zeros(room, dtype), np.zeros(room, np.int64), np.zeros(room, SIGHTS)
    count = walk(radar[0], things.objects, things.knots, o, masks, 0, duration_ns, 0.0, rows, sights, numbers)
    rows, numbers, sights = rows[:count].copy(), numbers[:count].copy(), sights[:count].copy()
    paths, change_db = radars.paths[r], None
    if paths.changes:
        change_db = change_at(paths, sights) if count else np.zeros(0)
    return View(rows, sights, numbers, -propagation_loss_db(range_m=sights["range_m"]), change_db)
