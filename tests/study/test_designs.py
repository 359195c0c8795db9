"""Designs: strata, scrambling, correlation, and that they belong to their seed alone."""

from typing import Any

import numpy as np
import pytest

from openiads.errors import OutOfRangeError
from openiads.study.designs import METHODS, latin_hypercube, make_design, nearly_orthogonal, owen_sobol
from openiads.study.keyed import uniforms


def test_keyed_uniforms_begin_alike_and_differ_by_label() -> None:
    assert (uniforms(1, "a", shape=(10, 2))[:4] == uniforms(1, "a", shape=(4, 2))).all()
    assert not (uniforms(1, "a", shape=(4,)) == uniforms(1, "b", shape=(4,))).any()
    u = uniforms(3, "x", shape=(100_000,))
    assert 0.0 < u.min() < u.max() < 1.0
    assert u.mean() == pytest.approx(0.5, rel=0, abs=0.004)
    assert u.var() == pytest.approx(1 / 12, rel=0, abs=0.001)


def test_scrambled_points_keep_the_strata_of_sobol() -> None:
    points = owen_sobol(256, 6, 5, "t")
    for column in range(6):
        assert len(np.unique((points[:, column] * 256).astype(int))) == 256
    pairs = {(int(a * 16), int(b * 16)) for a, b in points[:, :2]}
    assert len(pairs) == 256, "the first two columns form a (0, 2) net"


def test_scrambles_are_unbiased_and_far_better_than_random_points() -> None:
    def mean(points: Any) -> float:
        return float(np.exp(points.sum(axis=1)).mean())

    exact = (np.e - 1.0) ** 3
    owen = np.array([mean(owen_sobol(512, 3, s, "t")) for s in range(64)])
    plain = np.array([mean(uniforms(s, "p", shape=(512, 3))) for s in range(64)])
    assert abs(owen.mean() - exact) < 4 * owen.std(ddof=1) / 8
    assert owen.std() < 0.05 * plain.std()


def test_latin_hypercubes_hit_every_stratum() -> None:
    for maker in (latin_hypercube, nearly_orthogonal):
        points = maker(33, 7, 1, "t")
        assert all(sorted((points[:, c] * 33).astype(int)) == list(range(33)) for c in range(7))


@pytest.mark.parametrize("name", ["k7_n17", "k7_n33", "k11_n33", "k16_n65"])
def test_nearly_orthogonal_reproduces_the_reference(methods_reference: Any, name: str) -> None:
    columns, n = (int(part[1:]) for part in name.split("_"))
    wanted = methods_reference["nolh_by_correlation_reduction"]["results"][name]
    found = [make_design("nolh", n=n, columns=columns, replicates=1, seed=s).largest_correlation for s in range(60)]
    assert float(np.median(found)) == pytest.approx(wanted["reduced_median"], rel=0.12, abs=0)
    assert min(found) < 1.25 * wanted["reduced_best_of_200"]


@pytest.mark.parametrize("method", METHODS)
def test_a_design_belongs_to_its_seed(method: Any) -> None:
    one, same, other = (make_design(method, n=64, columns=3, replicates=2, seed=s) for s in (1, 1, 2))
    assert one.sha256 == same.sha256
    assert (one.sha256 != other.sha256) or method == "grid"
    assert one.table.shape == (len(one.sets()) * one.n, 3)
    assert ((one.table > 0) & (one.table < 1)).all()


def test_design_bytes_do_not_change() -> None:
    """Guards replay: a changed scrambler would move every study."""
    assert make_design("sobol_owen", n=8, columns=2, replicates=1, seed=1).sha256[:16] == "db978197acbbbbc9"


def test_what_a_design_cannot_be() -> None:
    with pytest.raises(OutOfRangeError, match="no power of two"):
        make_design("sobol_owen", n=100, columns=2, replicates=1, seed=1)
    with pytest.raises(OutOfRangeError, match="1 or more"):
        make_design("lhs", n=0, columns=2, replicates=1, seed=1)
