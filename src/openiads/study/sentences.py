"""Sentences that a study makes of its numbers; wording rules of the method, section 4.3. Every page says "in this model"."""

from collections.abc import Sequence

import numpy as np

from openiads.study import attribution as at
from openiads.study.disagreement import Split

MOST_NAMED = 2


def turns_on(split: Split, labels: dict[str, str] | None = None) -> str:
    """What a disagreement turns on: the leading players with their parts, and what flips whose answer."""
    a, b = split.pair
    name = labels or {}
    if not split.players:
        return "No assumption is disputed."
    if not split.known:
        return f"What divides {a} and {b} is not split: too few runs hold a value at every step from one to the other."
    if split.offset and not split.material:
        return f"In this model {a} and {b} reach similar answers for opposing reasons."
    if not split.material and 3.0 * split.delta_error > split.reading.value_indifference:
        return f"Whether {a} and {b} disagree is not resolved with the runs made."
    if not split.material:
        return f"In this model there is no material disagreement between {a} and {b}."
    order = np.argsort(-np.abs(split.shares), kind="stable")[:MOST_NAMED]
    unit = "" if split.reading.value_unit == "1" else f" {split.reading.value_unit}"
    same_sign = bool((split.shares >= 0).all() or (split.shares <= 0).all())
    parts = []
    for k in order:
        part = (
            f"{100 * abs(split.shares[k] / split.delta):.0f} %"
            if same_sign
            else f"{float(f'{split.shares[k]:.2g}'):+,g}{unit}"
        )
        parts.append(f"{name.get(split.players[k], split.players[k])} ({part})")
    text = f"In this model the difference turns mainly on {' and '.join(parts)}."
    if split.verdicts is None or split.verdicts[0] == split.verdicts[-1]:
        return text
    flips = at.flip_sets(split.verdicts)
    return f"{text} {_flips(flips.of_a, split.players, a, b, name)} {_flips(flips.of_b, split.players, b, a, name)}"


def _flips(sets: Sequence[Sequence[int]], players: Sequence[str], own: str, other: str, name: dict[str, str]) -> str:
    if not sets:
        return f"{own}'s answer changes with nothing taken from {other}."
    alone = [name.get(players[s[0]], players[s[0]]) for s in sets if len(s) == 1]
    if len(alone) == len(sets):
        which = alone[0] if len(alone) == 1 else f"any of {', '.join(alone)}"
        return f"{own}'s answer changes if {which} is taken from {other}."
    texts = [" and ".join(name.get(players[i], players[i]) for i in s) for s in sets]
    return f"{own}'s answer changes if {' or '.join(texts)} are taken from {other}."
