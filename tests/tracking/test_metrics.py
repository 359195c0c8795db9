"""OSPA, GOSPA and NEES against printed and separately worked values."""

import numpy as np
import pytest

from openiads.errors import OutOfRangeError
from openiads.tracking.metrics import gospa, nees, ospa

SHIFTED = [[0.5], [1.5], [2.5], [3.5], [4.5]], [[0.0], [1.0], [2.0], [3.0], [4.0]]
BENT = [[0, 0], [2, 0]], [[0, 0], [-0.25, 1.984313483298443]]  # distances [[0, 2], [2, 3]]
FEW, MANY = [[0.0, 0], [1.0, 0], [2.0, 0]], [[0.5, 0], [1.5, 0], [2.5, 0], [3.5, 0], [4.5, 0]]


def test_shifted_sets_match_stone_soups_test():
    assert ospa(*SHIFTED, cutoff=10, order=1) == pytest.approx(0.5, rel=1e-12)
    assert gospa(*SHIFTED, cutoff=10, order=1).gospa == pytest.approx(2.5, rel=1e-12)


def test_the_assignment_is_made_on_the_powered_distance():
    """Assigning on d first gives 2.121 for the OSPA."""
    assert ospa(*BENT, cutoff=10, order=2) == pytest.approx(2.0, rel=1e-9)
    assert gospa(*BENT, cutoff=10, order=2).gospa == pytest.approx(2.8284271247461903, rel=1e-9)


@pytest.mark.parametrize(("order", "expected"), [(1, 1.1), (2, 1.3228756555322954)])
def test_ospa_charges_the_difference_in_number(order, expected):
    assert ospa(FEW, MANY, cutoff=2, order=order) == pytest.approx(expected, rel=1e-9)
    assert ospa(MANY, FEW, cutoff=2, order=order) == pytest.approx(expected, rel=1e-9)


def test_pairs_beyond_the_cutoff_are_one_missed_and_one_false():
    """Value of Stone Soup 1.9.1: localisation 1, missed 12.5, false 12.5."""
    score = gospa([[0, 0], [100, 0]], [[0, 1], [-100, 0]], cutoff=5, order=2)
    assert score.gospa == pytest.approx(5.0990195135927845, rel=1e-9)
    assert score[1:] == (1.0, 1, 1, 1)


def test_missed_and_false_are_told_apart():
    assert gospa(FEW, MANY, cutoff=2)[2:] == (3, 2, 0)
    assert gospa(MANY, FEW, cutoff=2)[2:] == (3, 0, 2)
    assert gospa([], MANY, cutoff=2) == (pytest.approx(np.sqrt(10.0), rel=1e-12), 0.0, 0, 5, 0)
    assert gospa([], [], cutoff=2).gospa == ospa([], [], cutoff=2) == 0.0


@pytest.mark.parametrize(("cutoff", "order"), [(0.0, 2.0), (-1.0, 2.0), (1.0, 0.5), (1.0, np.inf), (np.nan, 2.0)])
def test_senseless_settings_are_refused(cutoff, order):
    for metric in (gospa, ospa) if np.isfinite(order) else (gospa,):
        with pytest.raises(OutOfRangeError, match=r"cutoff|infinite"):
            metric(*SHIFTED, cutoff=cutoff, order=order)


def test_sets_of_other_shapes_are_refused():
    with pytest.raises(OutOfRangeError, match="dimensions"):
        gospa([[0.0, 0.0]], [[0.0]], cutoff=1)


def test_nees_is_not_divided_by_the_dimension():
    p = np.diag([4.0, 9.0])
    assert nees([[2.0, 3.0], [0.0, 6.0]], [p, p]) == pytest.approx([2.0, 4.0], rel=1e-12)
