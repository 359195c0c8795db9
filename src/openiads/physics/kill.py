"""Kill probability of salvos, shoot-look-shoot and layers. Probabilities, not dynamics: the engine draws; these check it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.errors import OutOfRangeError

Array = NDArray[np.float64]

SOURCE = "a probability"


class Firing(NamedTuple):
    """Outcome of a firing doctrine against one target: chance of a kill, mean shots, mean shots at a target already dead."""

    kill_probability: float
    expected_shots: float
    expected_wasted_shots: float


def salvo_kill_probability(*, p_kill: ArrayLike, shots: ArrayLike, common_failure: ArrayLike = 0.0) -> Array:
    """Chance that a salvo kills: (1 - q) (1 - (1 - p)^n); the arguments broadcast. [-]

    Parameters
    ----------
    p_kill : (...) array_like
        Single-shot kill probability given that the common cause does not fail. [-] 0 to 1
    shots : (...) array_like
        Missiles in the salvo n, 0 or more.
    common_failure : (...) array_like
        Chance q of a cause that spoils all shots at once: wrong track, decoy taken for the target, lost guidance channel.
        [-] 0 to 1. Shots are independent only given that it does not happen; q = 0.1 costs a salvo of many shots ten points.

    Source: A. R. Washburn and M. Kress, Combat Modeling, 2009, ch. 2 (common error); J. S. Przemieniecki, Mathematical Methods
    in Defense Analyses, 3rd ed., 2000, ch. 2.
    """
    p = require_within(0.0, p_kill, 1.0, name="p_kill", source=SOURCE)
    q = require_within(0.0, common_failure, 1.0, name="common_failure", source=SOURCE)
    n = require_within(0.0, shots, 1e6, name="shots", source="a salvo")
    if np.any(n != np.floor(n)):
        raise OutOfRangeError("shots must be whole numbers")
    with np.errstate(divide="ignore", invalid="ignore"):
        missed = np.where(n == 0.0, 1.0, np.exp(n * np.log1p(-p)))
    return np.asarray((1.0 - q) * (1.0 - missed))


def shoot_look_shoot(
    *,
    p_kill: float,
    salvos: Sequence[int],
    p_miss_kill: float = 0.0,
    p_false_kill: float = 0.0,
    common_failure: float = 0.0,
) -> Firing:
    """Salvos with a look after each but the last; firing stops when the look says that the target is dead.

    Parameters
    ----------
    p_kill : float
        Single-shot kill probability. [-]
    salvos : sequence of int
        Missiles in each salvo, each 1 or more; [1, 1, 1] is shoot-look-shoot with three shots, [2, 2] looks once.
    p_miss_kill : float
        Chance that a look takes a dead target for alive: wasted missiles. [-]
    p_false_kill : float
        Chance that a look takes a live target for dead: firing stops and it leaks. [-]
    common_failure : float
        As for `salvo_kill_probability`: one draw for the whole engagement. [-]

    Returns
    -------
    Firing
        With perfect looks the kill probability is that of one salvo of all the missiles, with fewer shots.

    Source: A. R. Washburn and M. Kress, Combat Modeling, 2009, ch. 2, extended by the two error rates.
    """
    p = float(require_within(0.0, p_kill, 1.0, name="p_kill", source=SOURCE))
    miss = float(require_within(0.0, p_miss_kill, 1.0, name="p_miss_kill", source=SOURCE))
    false = float(require_within(0.0, p_false_kill, 1.0, name="p_false_kill", source=SOURCE))
    q = float(require_within(0.0, common_failure, 1.0, name="common_failure", source=SOURCE))
    if not salvos or any(n < 1 or n != int(n) for n in salvos):
        raise OutOfRangeError(f"salvos = {list(salvos)}: one salvo or more, each of one whole missile or more")
    good = _fire(p, salvos, miss, false)
    spoilt = _fire(0.0, salvos, miss, false)
    return Firing(*((1.0 - q) * a + q * b for a, b in zip(good, spoilt, strict=True)))


def _fire(p: float, salvos: Sequence[int], miss: float, false: float) -> tuple[float, float, float]:
    alive, dead, killed, shots, wasted = 1.0, 0.0, 0.0, 0.0, 0.0  # alive and dead: still being fired at
    for n in salvos:
        shots += (alive + dead) * n
        wasted += dead * n
        hit = alive * float(salvo_kill_probability(p_kill=p, shots=n))
        killed += hit
        alive, dead = (alive - hit) * (1.0 - false), (dead + hit) * miss
    return killed, shots, wasted


class Leakage(NamedTuple):
    """What gets through layers: per object, on average of the raid, and the chance that nothing does."""

    leakage_probability: float
    expected_leakers: float
    probability_zero_leakers: float


def layered_leakage(*, layer_kill: Sequence[float], raid_size: int, common_failure: float = 0.0) -> Leakage:
    """Leakage through layers that fail independently and never run out of missiles.

    Parameters
    ----------
    layer_kill : sequence of float
        Kill probability of each layer. [-] 0 to 1
    raid_size : int
        Objects in the raid, 0 or more.
    common_failure : float
        Chance that one cause disables every layer for the whole raid. [-]

    Notes
    -----
    Both assumptions flatter the defence: layers share tracks and magazines. Use this to check a simulation without them.
    Source: A. R. Washburn and M. Kress, Combat Modeling, 2009, ch. 2.
    """
    layers = require_within(0.0, np.asarray(layer_kill, dtype=np.float64), 1.0, name="layer_kill", source=SOURCE)
    q = float(require_within(0.0, common_failure, 1.0, name="common_failure", source=SOURCE))
    if raid_size < 0 or raid_size != int(raid_size):
        raise OutOfRangeError(f"raid_size = {raid_size} must be a whole number, 0 or more")
    through = float(np.prod(1.0 - layers))
    leak = q + (1.0 - q) * through
    nothing = (1.0 - q) * (1.0 - through) ** raid_size + (q if raid_size == 0 else 0.0)
    return Leakage(leak, leak * raid_size, nothing)
