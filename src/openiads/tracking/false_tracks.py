"""How many false tracks a tracker's own rules let clutter confirm: prediction from the sensor and the options alone.

A false plot starts a track; by the filter's own covariance its gate then holds so many false plots on average; look by look a
track is hit or missed, along the chain of the M-of-N rule or of Wald's test. The chain is summed over both outcomes of every
look, so that rates of one in a million cost no more than those of one in ten; only places are drawn.

Every false plot that nobody takes starts a track, so that the gates of tracks which have missed a look or two overlap, and a plot
goes to the cheapest of several. How many rivals a plot has at which cost, by range, follows from the chains themselves: they are
run again and again with the rivals found before, until both agree.
"""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiads.constants import SPEED_OF_LIGHT_MPS
from openiads.errors import OutOfRangeError
from openiads.tracking.batches import RAW
from openiads.tracking.kernels import convert_all
from openiads.tracking.records import gate_of_probability, make_plots
from openiads.tracking.setup import Sensor, TrackerOptions
from openiads.tracking.theory import continuous_noise, wald_thresholds

Floats = NDArray[np.float64]

SPEED_SIGMAS: Final = 3.0
WIDER: Final = 1.5
"""Factor on the covariance of the ellipsoid from which places in a gate are drawn: the noise of a plot differs across a gate."""

RANGE_BINS: Final = 10
COST_BINS: Final = 60
"""Places of the table of rivals."""

ROUNDS: Final = 5
"""How often the chains are run; from the third on rivals are the mean of the last two, for more rivals now are fewer next time."""

LEAST_SHARE: Final = 1e-7
"""Share of a start below which a branch of its chain is left out."""


class FalseTracks(NamedTuple):
    """What clutter alone makes."""

    per_scan: float
    """False tracks confirmed per scan."""
    error: float
    """Its standard error, from the places drawn."""
    confirmed: float
    """Probability that a track which one false plot started is confirmed by others."""
    gate_mean: float
    """Mean number of false plots in the gate of a new track at its second look: the prediction holds where it is small."""
    rivals: float
    """Mean number of tentative tracks that have a false plot in their gate."""


@dataclass
class _Chain:
    """Branches of the chains of all starts: states, how often they were hit, when last, and how likely they are."""

    x: Floats
    p: Floats
    share: Floats
    start: NDArray[np.int64]
    hits: NDArray[np.int64]
    since: NDArray[np.int64]
    ratio: Floats

    def pick(self, rows: NDArray[np.bool_]) -> "_Chain":
        return _Chain(*(getattr(self, name)[rows] for name in vars(self)))


def predict_false_tracks(
    sensor: Sensor, options: TrackerOptions, *, nearest_m: float = 0.0, starts: int = 1000, places: int = 64, seed: int = 0
) -> FalseTracks:
    """False tracks per scan of one sensor in a flat frame, with clutter even in range, azimuth and elevation from `nearest_m` on.

    Parameters
    ----------
    sensor : Sensor
        `clutter_per_scan` false plots, from `nearest_m` to `reach_m`, 0 to `elevation_span_deg`, all taken at one time.
    options : TrackerOptions
        Constant velocity, converted plots, nearest neighbour; M of N or Wald's test.
    starts, places : int
        False plots that start chains, and places drawn in each gate. The error falls with their roots.

    Raises
    ------
    OutOfRangeError
        When the options ask for another filter, model of motion or association.

    Notes
    -----
    Validity: `gate_mean` below about 0.2, so that a gate seldom holds two plots at the second look. A plot is taken by the cheapest
    of the tracks that gate it, which number a Poisson count; what none gates starts a track. Confirmed false tracks are no rivals.
    Source: S. Blackman, R. Popoli, Design and Analysis of Modern Tracking Systems, 1999, sect. 6.2; A. Wald, Sequential Analysis,
    1947.
    """
    if (options.motion, options.filter, options.association) != ("cv", "converted", "gnn"):
        raise OutOfRangeError("false tracks: predicted for motion cv, filter converted, association gnn only")
    if not 0.0 <= nearest_m < sensor.reach_m:
        raise OutOfRangeError(
            f"false tracks: nearest_m = {nearest_m:g} must lie from 0 to below reach_m = {sensor.reach_m:g}"
        )
    field = _Field(sensor, nearest_m)
    rivals = _Rivals(field, options)
    for k in range(ROUNDS):
        free, confirmed, gate_mean = _run(field, options, rivals, np.random.default_rng(seed), starts, places)
        if k + 1 < ROUNDS:
            rivals.renew(starts, half=k > 0)
    made = free * confirmed
    return FalseTracks(
        sensor.clutter_per_scan * float(made.mean()),
        sensor.clutter_per_scan * float(made.std(ddof=1)) / math.sqrt(starts),
        float(made.sum() / free.sum()),
        gate_mean,
        float(rivals.below[:, -1].mean()),
    )


def _run(
    field: "_Field", options: TrackerOptions, rivals: "_Rivals", rng: np.random.Generator, starts: int, places: int
) -> tuple[Floats, Floats, float]:
    """How likely each plot is to start a track, and such a track to be confirmed; and the mean number of plots in a new gate."""
    chain, polar = _begin(field, options, rng, starts)
    free = np.exp(-rivals.all(polar[:, 0]))
    confirmed, gate_mean, look = np.zeros(starts), math.nan, 0
    while len(chain.share):
        look += 1
        crowd, mean, hit = _at_look(chain, field, options, rng, places, rivals, free)
        if look == 1:
            gate_mean = float(crowd.mean())
        taken, missed = hit, chain
        chance = -np.expm1(-mean)
        taken.share, missed.share = chain.share * chance, chain.share * (1.0 - chance)
        missed.since = missed.since + 1
        done = _confirmed(taken, options)
        np.add.at(confirmed, taken.start[done], taken.share[done])
        chain = _joined(taken.pick(~done), missed)
        chain = chain.pick(_alive(chain, look, options, field.sensor) & (chain.share > LEAST_SHARE))
    return free, confirmed, gate_mean


class _Rivals:
    """Mean number of tentative tracks that have a false plot in their gate at less than a cost, by the range of the plot."""

    def __init__(self, field: "_Field", options: TrackerOptions) -> None:
        self.by_distance = options.assignment_cost == "distance"
        self.ranges = np.linspace(field.nearest_m, field.reach_m, RANGE_BINS + 1)
        gate = gate_of_probability(options.gate_probability)
        least = 2.0 * float(np.log(field.sigmas).sum()) + 4.0 * math.log(max(field.nearest_m, 1e3))
        most = 6.0 * math.log(2.0 * gate * options.max_speed_mps * options.confirm_window * field.sensor.scan_period_s)
        self.costs = np.linspace(0.0, math.sqrt(gate), COST_BINS + 1)
        if not self.by_distance:
            self.costs = np.linspace(least, max(most + gate, least + 1.0), COST_BINS + 1)
        self.below = np.zeros((RANGE_BINS, COST_BINS + 1))
        self._found = np.zeros((RANGE_BINS, COST_BINS))

    def cost(self, distance: Floats, s: Floats) -> Floats:
        """Cost of pairs as the tracker ranks them, from squared distances and innovation covariances."""
        found: Floats = np.sqrt(distance) if self.by_distance else distance + np.linalg.slogdet(s)[1]
        return found

    def _row(self, range_m: Floats) -> NDArray[np.int64]:
        return np.clip(np.searchsorted(self.ranges, range_m, side="right") - 1, 0, RANGE_BINS - 1)

    def all(self, range_m: Floats) -> Floats:
        """Rivals of plots at those ranges, whatever their cost."""
        return np.asarray(self.below[self._row(range_m), -1])

    def cheaper(self, range_m: Floats, cost: Floats) -> Floats:
        """Rivals of plots at those ranges that are cheaper than `cost`, linear between the edges of the table."""
        width = self.costs[1] - self.costs[0]
        at = np.clip((cost - self.costs[0]) / width, 0.0, COST_BINS - 1e-9)
        k, row = at.astype(np.int64), self._row(range_m)
        low, high = self.below[row, k], self.below[row, k + 1]
        return np.asarray(low + (at - k) * (high - low))

    def note(self, range_m: Floats, cost: Floats, tracks: Floats) -> None:
        """Add pairs: so many tracks, per start, gate a plot at that range and cost."""
        k = np.clip(np.searchsorted(self.costs, cost, side="right") - 1, 0, COST_BINS - 1)
        np.add.at(self._found, (self._row(range_m), k), tracks)

    def renew(self, starts: int, *, half: bool) -> None:
        """The table from the pairs noted since; or half of that and half as it was. Each bin of range has as many plots."""
        now = np.hstack([np.zeros((RANGE_BINS, 1)), np.cumsum(self._found, axis=1)]) * RANGE_BINS / starts
        self.below = 0.5 * (self.below + now) if half else now
        self._found = np.zeros((RANGE_BINS, COST_BINS))


class _Field:
    """Clutter of one sensor: places, their density, and plots made of them by the tracker's own conversion."""

    def __init__(self, sensor: Sensor, nearest_m: float) -> None:
        self.sensor, self.nearest_m, self.reach_m = sensor, nearest_m, sensor.reach_m
        self.span = math.radians(sensor.elevation_span_deg)
        angles = (math.radians(sensor.sigma_azimuth_deg), math.radians(sensor.sigma_elevation_deg))
        self.sigmas = np.array([sensor.sigma_range_m, *angles])
        self.per_cell = sensor.clutter_per_scan / ((sensor.reach_m - nearest_m) * 2.0 * math.pi * self.span)

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        """Range, azimuth, elevation of false plots, (count, 3)."""
        low, high = np.array([self.nearest_m, 0.0, 0.0]), np.array([self.reach_m, 2.0 * math.pi, self.span])
        return rng.uniform(low, high, (count, 3))

    def plots(self, polar: Floats) -> tuple[Floats, Floats]:
        """Positions (n, 3) and covariances (n, 3, 3) of plots."""
        raw, plots = np.zeros(len(polar), RAW), make_plots(len(polar))
        raw["range_m"], raw["azimuth_rad"], raw["elevation_rad"] = polar.T
        convert_all(raw, 0, len(raw), plots, np.zeros(3), np.eye(3), self.sigmas)
        return plots["position"], plots["r"]

    def density(self, at: Floats) -> tuple[Floats, Floats]:
        """Range, azimuth, elevation of positions (n, 3), and false plots per cubic metre and scan there, 0 outside the volume."""
        ground = np.hypot(at[:, 0], at[:, 1])
        polar = np.column_stack([np.hypot(ground, at[:, 2]), np.arctan2(at[:, 0], at[:, 1]), np.arctan2(at[:, 2], ground)])
        inside = (polar[:, 0] >= self.nearest_m) & (polar[:, 0] <= self.reach_m)
        inside &= (polar[:, 2] >= 0.0) & (polar[:, 2] <= self.span)
        return polar, np.where(inside, self.per_cell / (polar[:, 0] ** 2 * np.maximum(np.cos(polar[:, 2]), 1e-3)), 0.0)


def _begin(field: _Field, options: TrackerOptions, rng: np.random.Generator, starts: int) -> tuple[_Chain, Floats]:
    """Tracks of one plot, at rest, with the spread of speed that a new track has; and those plots."""
    polar = field.draw(starts, rng)
    z, r = field.plots(polar)
    climb = options.max_speed_mps if options.max_climb_mps is None else options.max_climb_mps
    p = np.zeros((starts, 6, 6))
    p[:, :3, :3] = r
    p[:, 3, 3] = p[:, 4, 4] = (options.max_speed_mps / SPEED_SIGMAS) ** 2
    p[:, 5, 5] = (climb / SPEED_SIGMAS) ** 2
    whole = np.arange(starts)
    ones = np.ones(starts, np.int64)
    return _Chain(np.hstack([z, np.zeros((starts, 3))]), p, np.ones(starts), whole, ones, ones * 0, np.zeros(starts)), polar


def _at_look(
    chain: _Chain,
    field: _Field,
    options: TrackerOptions,
    rng: np.random.Generator,
    places: int,
    rivals: _Rivals,
    free: Floats,
) -> tuple[Floats, Floats, _Chain]:
    """Mean number of false plots in each gate, of those that no rival takes, and the chains as updated by one of them."""
    gate, period_s = gate_of_probability(options.gate_probability), field.sensor.scan_period_s
    count = len(chain.share)
    dt_s = (chain.since + 1) * period_s
    before = np.trace(chain.p[:, :3, :3], axis1=1, axis2=2)
    x, p = _ahead(chain, options, period_s)
    _, own = field.plots(np.column_stack([*_polar_of(x, field)]))
    root = np.linalg.cholesky(WIDER * gate * (p[:, :3, :3] + own))
    unit = rng.normal(size=(count, places, 3))
    unit *= (rng.random((count, places)) ** (1.0 / 3.0) / np.linalg.norm(unit, axis=2))[..., None]
    at = x[:, None, :3] + np.einsum("nij,nkj->nki", root, unit)
    polar, density = field.density(at.reshape(-1, 3))
    z, r = field.plots(polar)
    z, r = z.reshape(count, places, 3), r.reshape(count, places, 3, 3)
    s = p[:, None, :3, :3] + r
    nu = z - x[:, None, :3]
    distance = np.einsum("nki,nki->nk", nu, np.linalg.solve(s, nu[..., None])[..., 0])
    still = chain.x[:, None, :3]
    fastest_mps = options.max_speed_mps if options.speed_gate else SPEED_OF_LIGHT_MPS
    reach = fastest_mps * dt_s[:, None] + np.sqrt(gate * (before[:, None] + np.trace(r, axis1=2, axis2=3)))
    inside = (distance <= gate) & (np.linalg.norm(z - still, axis=2) <= reach)
    weight = np.where(inside, density.reshape(count, places), 0.0)
    volume = 4.0 / 3.0 * math.pi * np.abs(np.linalg.det(root))
    crowd = volume * weight.mean(axis=1)
    far, cost = polar[:, 0].reshape(count, places), rivals.cost(distance, s)
    tracks = (free[chain.start] * chain.share * volume / places)[:, None] * weight
    weight = weight * np.exp(-rivals.cheaper(far, cost))
    mean = volume * weight.mean(axis=1)
    share = -np.expm1(-mean) / np.maximum(mean, 1e-12)  # of the plots that it could have, a track takes one
    rivals.note(far[inside], cost[inside], (tracks * share[:, None])[inside])
    some = mean > 0.0
    sums = np.cumsum(weight, axis=1)
    k = (sums < rng.random(count)[:, None] * sums[:, -1:]).sum(axis=1).clip(max=places - 1)
    rows = np.arange(count)
    gain = (p[:, :, :3] @ np.linalg.inv(s[rows, k])) * some[:, None, None]
    x = x + (gain @ nu[rows, k][..., None])[..., 0]
    worth = _ratio(distance[rows, k], s[rows, k], z[rows, k], field)
    hit = _Chain(x, p - gain @ s[rows, k] @ gain.transpose(0, 2, 1), chain.share, chain.start, chain.hits + 1, chain.since * 0,
                 chain.ratio + worth)  # fmt: skip
    return crowd, mean, hit


def _ahead(chain: _Chain, options: TrackerOptions, period_s: float) -> tuple[Floats, Floats]:
    """States and covariances moved from the last plot to the look at hand."""
    x, p = chain.x.copy(), chain.p.copy()
    for since in np.unique(chain.since):
        rows = chain.since == since
        dt_s = float(since + 1) * period_s
        f = np.eye(6) + dt_s * np.eye(6, k=3)
        q = np.kron(continuous_noise(2, step_s=dt_s, density=options.process_noise_m2ps3), np.eye(3))
        for i in (2, 5):
            q[i, 2::3] *= 1.0 - options.vertical_noise_reduction
        x[rows] = chain.x[rows] @ f.T
        p[rows] = f @ chain.p[rows] @ f.T + q
    return x, p


def _polar_of(x: Floats, field: _Field) -> tuple[Floats, Floats, Floats]:
    """Where the sensor sees predicted positions, brought into its volume."""
    polar, _ = field.density(x[:, :3])
    return np.maximum(polar[:, 0], 1.0), polar[:, 1], np.clip(polar[:, 2], 0.0, field.span)


def _ratio(distance: Floats, s: Floats, z: Floats, field: _Field) -> Floats:
    """What one plot adds to the log-likelihood ratio, by the density of clutter that the tracker is told."""
    volume = field.sensor.reach_m * 2.0 * math.pi * field.span
    square = np.einsum("ni,ni->n", z, z)
    level = np.maximum(np.sqrt(np.maximum(square - z[:, 2] ** 2, 0.0) / np.maximum(square, 1.0)), 1e-3)
    told = field.sensor.clutter_per_scan / volume / (square * level)
    far = distance + np.linalg.slogdet(s)[1]
    worth: Floats = np.log(field.sensor.p_detection / told) - 0.5 * far - 1.5 * math.log(2.0 * math.pi)
    return worth


def _confirmed(chain: _Chain, options: TrackerOptions) -> NDArray[np.bool_]:
    """Which chains are confirmed by the plot that they have just taken."""
    if options.initiation == "sprt":
        upper, _ = wald_thresholds(false_confirm=options.false_confirm, false_delete=options.false_delete)
        return chain.ratio >= upper
    return chain.hits >= options.confirm_hits


def _alive(chain: _Chain, look: int, options: TrackerOptions, sensor: Sensor) -> NDArray[np.bool_]:
    """Which chains have a look to come after look number `look`."""
    if options.initiation == "sprt":
        _, lower = wald_thresholds(false_confirm=options.false_confirm, false_delete=options.false_delete)
        chain.ratio = chain.ratio + np.where(chain.since > 0, math.log(max(1.0 - sensor.p_detection, 1e-9)), 0.0)
        return chain.ratio >= lower
    misses = options.tentative_misses
    alive = chain.hits + (options.confirm_window - look - 1) >= options.confirm_hits
    return alive & ((misses == 0) | (chain.since < misses))


def _joined(one: _Chain, other: _Chain) -> _Chain:
    return _Chain(*(np.concatenate([getattr(one, name), getattr(other, name)]) for name in vars(one)))
