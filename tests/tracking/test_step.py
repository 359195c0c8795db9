"""One batch at a time: birth, confirmation, coasting, deletion, crossing, order, time, capacity."""

import itertools
import math

import numpy as np
import pytest

from openiads.tracking.records import (
    CHANGED_DROPPED,
    CHANGED_FIRM,
    CHANGED_TENTATIVE,
    CHANGED_UPDATED,
    FIRM,
    FREE,
    REMOTE,
    TENTATIVE,
    make_changes,
    make_scratch,
)

START_M = np.array([60e3, 20e3, 8e3])
VELOCITY_MPS = np.array([-200.0, 50.0, 0.0])


def at(t_s, start_m=START_M, velocity_mps=VELOCITY_MPS):
    return start_m + t_s * velocity_mps


def beside(x_m, y_m=0.0, z_m=0.0):
    return START_M + np.array([x_m, y_m, z_m])


def run_pattern(node, pattern, period_s=10.0):
    """Feed one target whose plot is there ('x') or missing ('.') at each look; changes of each look."""
    return [
        node.scan([at(k * period_s)] if seen == "x" else [], k * period_s, period_s=period_s)
        for k, seen in enumerate(pattern)
    ]


@pytest.mark.parametrize(
    ("pattern", "firm_at"),
    [("xxx", 2), ("x.xx", 3), ("xx..x", 4), ("x..xx", 4), ("x.x..x", None), ("x", None)],
)
def test_a_track_is_firm_after_three_hits_in_five_looks(make_node, pattern, firm_at):
    node = make_node()
    changes = run_pattern(node, pattern)
    firm = [k for k, step in enumerate(changes) if any(what == CHANGED_FIRM for what, _ in step)]
    assert firm == ([] if firm_at is None else [firm_at])
    assert changes[0] == [(CHANGED_TENTATIVE, 0)]


def test_a_track_that_cannot_confirm_is_dropped_and_its_plot_starts_another(make_node):
    """One hit, four misses: after three and a half periods one look is left and two hits are missing."""
    node = make_node()
    changes = run_pattern(node, "x....x")
    assert changes[4] == [(CHANGED_DROPPED, 0)]
    assert changes[5] == [(CHANGED_TENTATIVE, 1)]
    node = make_node()
    assert run_pattern(node, "x...x")[4] == [(CHANGED_DROPPED, 0), (CHANGED_TENTATIVE, 1)]


def test_confirmation_does_not_depend_on_a_few_nanoseconds(make_node):
    """A receding target is seen slightly late, an approaching one slightly early."""
    for shift_s in (-0.01, 0.01):
        node = make_node(confirm_hits=3, confirm_window=3)
        for k in range(3):
            node.scan([at(k * 10.0)], 100.0 + k * (10.0 + shift_s))
        assert node.alive(FIRM)["hits"].tolist() == [3]
        assert node.alive(FIRM)["opportunities"].tolist() == [3]


def test_a_firm_track_coasts_and_is_dropped_after_its_updates_are_missed(make_node):
    node = make_node(drop_after_updates=3)
    changes = run_pattern(node, "xxx...x....")
    assert [c for c in changes[3:6] if c] == []  # three misses are allowed
    assert changes[6] == [(CHANGED_UPDATED, 0)]
    assert changes[7:10] == [[], [], []]
    assert changes[10] == [(CHANGED_DROPPED, 0)]
    assert node.state["live"] == 0
    assert node.state["high"] == 0


def test_deletion_follows_the_period_of_the_radar_that_updated_it_last(make_node):
    node = make_node(drop_after_updates=3)
    for k in range(3):
        node.scan([at(k * 2.0)], k * 2.0, period_s=2.0, radar=1)
    node.scan([], 10.0, period_s=10.0, radar=0)  # 6 s after the last plot, of a 2 s radar: still within three updates
    assert len(node.alive(FIRM)) == 1
    node.scan([], 10.5, period_s=10.0, radar=0)
    assert len(node.alive(FIRM)) == 0


def test_a_plot_is_taken_at_its_own_time(make_node):
    """Plots 4 s before the batch: the state is that of the plot, and velocity comes out right."""
    node = make_node(confirm_hits=2)
    for k in range(6):
        node.scan([at(10.0 * k - 4.0)], 10.0 * k - 4.0, now_s=10.0 * k, sigma_m=1.0)
    track = node.alive(FIRM)[0]
    assert track["update_ns"] == 46 * 10**9
    assert track["born_ns"] == -4 * 10**9
    assert track["x"][3:] == pytest.approx(VELOCITY_MPS, rel=0, abs=0.5)  # m/s


def test_plots_tell_which_track_took_them(make_node):
    node = make_node()
    run_pattern(node, "xx")
    node.scan([at(20.0) + 30e3, at(20.0)], 20.0)
    assert node.plots["track"][:2].tolist() == [1, 0]
    assert node.plots["new"][:2].tolist() == [1, 0]


def test_a_fast_jump_is_not_taken_for_the_same_target(make_node):
    node = make_node(max_speed_mps=300.0)
    node.scan([START_M], 0.0)
    node.scan([beside(3500.0)], 10.0)  # 350 m/s, in the gate of 300/3 m/s by four sigma, but too fast
    assert node.alive()["hits"].tolist() == [1, 1]


@pytest.mark.parametrize(("share", "taken"), [(0.98, True), (1.02, False)])
def test_the_gate_is_where_it_is_stated(make_node, share, taken):
    """A second radar at the same instant: S is twice the noise of a plot, the distance worked out by hand."""
    node = make_node(confirm_hits=1)
    node.scan([START_M], 0.0, sigma_m=50.0)
    node.scan([beside(math.sqrt(share * node.config["gate"] * 2 * 50.0**2))], 0.0, sigma_m=50.0, radar=1)
    assert node.alive()["hits"].tolist() == ([2] if taken else [1, 1])
    if taken:
        assert node.alive()[0]["score"] == pytest.approx(3.0 + (share * node.config["gate"] - 3.0) / 8.0, rel=1e-6)


def test_equal_plots_are_told_apart_by_range_not_by_their_order(make_node):
    """Two plots mirrored about a track, on one coordinate of the sorted axis: the nearer to the radar takes it."""
    far_m, near_m, other_m = beside(0.0, 200.0), beside(0.0, -200.0), beside(90e3)
    for batch in ([far_m, near_m, other_m], [near_m, far_m, other_m]):
        node = make_node(confirm_hits=1)
        node.scan([START_M, other_m], 0.0)
        node.scan(batch, 0.0, radar=1)
        track = node.alive()[0]
        assert track["hits"] == 2
        assert track["x"][1] == pytest.approx(START_M[1] - 100.0, rel=0, abs=1e-6)  # m, halfway


def test_two_crossing_targets_keep_their_numbers(make_node):
    """They cross 100 s after the start at 300 m; after that each number still moves its own way."""
    rng = np.random.default_rng(4)
    node = make_node()
    for k in range(20):
        t_s = 10.0 * k
        both = [[-20e3 + 200 * t_s, 40e3 + 150, 8e3], [20e3 - 200 * t_s, 40e3 - 150, 8e3]]
        node.scan([np.array(p) + 50 * rng.normal(size=3) for p in both], t_s)
    firm = node.alive(FIRM)
    assert firm["hits"].tolist() == [20, 20]
    eastward = dict(zip(firm["number"].tolist(), np.sign(firm["x"][:, 3]).tolist(), strict=True))
    first_is_eastward = node_first_moves_east(make_node)
    assert eastward == ({0: 1.0, 1: -1.0} if first_is_eastward else {0: -1.0, 1: 1.0})


def node_first_moves_east(make_node):
    """Which of the two is number 0: births go by time, range, azimuth; the ranges are equal but for noise."""
    rng = np.random.default_rng(4)
    noisy = [np.array(p) + 50 * rng.normal(size=3) for p in ([-20e3, 40150.0, 8e3], [20e3, 39850.0, 8e3])]
    return np.linalg.norm(noisy[0]) < np.linalg.norm(noisy[1])


def clutter_scene(rng, scans, targets, clutter):
    starts = rng.uniform([-80e3, -80e3, 3e3], [80e3, 80e3, 10e3], (targets, 3))
    speeds = rng.uniform(-250, 250, (targets, 3)) * [1, 1, 0]
    for k in range(scans):
        seen = rng.random(targets) < 0.9
        real = (starts + 10.0 * k * speeds + 50 * rng.normal(size=starts.shape))[seen]
        yield 10.0 * k, np.concatenate([real, rng.uniform([-80e3, -80e3, 0], [80e3, 80e3, 12e3], (clutter, 3))])


def picture(node):
    alive = node.alive()
    names = [n for n in alive.dtype.names if n != "radar"]
    return b"".join(np.ascontiguousarray(alive[n]).tobytes() for n in names)


def test_the_order_of_plots_changes_nothing(make_node):
    node, shuffled = make_node(), make_node()
    shuffle = np.random.default_rng(1)
    for t_s, positions_m in clutter_scene(np.random.default_rng(0), 12, 25, 15):
        order = shuffle.permutation(len(positions_m))
        assert node.scan(positions_m, t_s) == shuffled.scan(positions_m[order], t_s)
        assert node.plots["track"][order].tolist() == shuffled.plots["track"][: len(order)].tolist()
        assert picture(node) == picture(shuffled)
    assert len(node.alive(FIRM)) > 20


def test_the_slots_that_tracks_lie_in_change_nothing(make_node):
    """A second node has half of its slots blocked by remote tracks and starts at slot 7."""
    node, other = make_node(), make_node(first_slot=7, capacity=150)
    blocked = other.tracks[7:107:2]
    blocked["status"], blocked["source"] = FIRM, REMOTE
    blocked["number"] = -1
    other.state["high"], other.state["live"] = 100, len(blocked)
    for t_s, positions_m in clutter_scene(np.random.default_rng(3), 12, 20, 10):
        assert node.scan(positions_m, t_s) == other.scan(positions_m, t_s)
    own = other.tracks[(other.tracks["status"] != FREE) & (other.tracks["source"] != REMOTE)]
    own = own[np.argsort(own["number"])]
    assert own["x"].tobytes() == node.alive()["x"].tobytes()
    assert own["p"].tobytes() == node.alive()["p"].tobytes()
    assert (other.tracks[:7]["status"] == FREE).all()
    assert (other.tracks["number"] == -1).sum() == len(blocked)


def test_a_target_far_away_changes_nothing(make_node):
    node, other = make_node(), make_node()
    far_m = np.array([2e6, 0.0, 9e3])
    for k, (t_s, positions_m) in enumerate(clutter_scene(np.random.default_rng(5), 10, 20, 5)):
        node.scan(positions_m, t_s)
        other.scan([*positions_m, far_m + 200.0 * t_s], t_s)
        assert len(other.alive()) == len(node.alive()) + 1, k
    near = other.alive()[np.abs(other.alive()["x"][:, 0]) < 1e6]
    assert near["x"].tobytes() == node.alive()["x"].tobytes()


def test_an_empty_scan_only_lets_time_pass(make_node):
    node = make_node()
    assert node.scan([], 0.0) == []
    run_pattern(node, "xxx")
    before = picture(node)
    assert node.scan([], 20.0) == []
    assert picture(node) == before


def test_a_late_plot_of_another_radar_is_set_aside_and_counted(make_node):
    node = make_node()
    run_pattern(node, "xxx")
    before = picture(node)
    assert node.scan([at(15.0)], 15.0, now_s=21.0, radar=1) == []
    assert picture(node) == before
    assert node.state["late"] == 1
    assert node.plots["track"][0] == -1


def test_two_radars_at_one_instant_both_update_but_one_radar_does_so_once(make_node):
    node = make_node()
    run_pattern(node, "xxx")
    assert node.scan([at(20.0)], 20.0, radar=1) == [(CHANGED_UPDATED, 0)]
    assert node.scan([at(20.0)], 20.0, radar=1) == []
    assert node.state["late"] == 1


def test_overflow_is_counted_and_harms_no_one(make_node):
    node = make_node(capacity=3)
    lattice = [np.array([20e3 * k, 30e3, 5e3]) for k in range(5)]
    assert len(node.scan(lattice, 0.0)) == 3
    assert node.state["overflow"] == 2
    assert node.state["live"] == 3
    node.scan(lattice, 10.0)
    assert node.state["overflow"] == 4
    assert node.alive()["hits"].tolist() == [2, 2, 2]
    assert node.alive()["number"].tolist() == [0, 1, 2]


def test_pairs_that_do_not_fit_are_counted(make_node):
    node = make_node()
    node.scan([START_M], 0.0)
    node.scratch = node.scratch._replace(pairs=node.scratch.pairs[:1])
    node.scan([beside(20.0 * k) for k in range(4)], 10.0)
    assert node.state["pair_overflow"] == 3


def test_nodes_that_share_an_array_do_not_touch_each_other(make_node):
    alone, first = make_node(capacity=30), make_node(capacity=30)
    shared = np.zeros(60, first.tracks.dtype)
    first.tracks = shared
    second = make_node(capacity=30, first_slot=30, tracks=shared)
    for t_s, positions_m in clutter_scene(np.random.default_rng(6), 6, 8, 2):
        assert alone.scan(positions_m, t_s) == first.scan(positions_m, t_s)
        second.scan(positions_m[::2] + 1000.0, t_s)
    assert shared[:30].tobytes() == alone.tracks.tobytes()


def test_false_tracks_from_clutter_alone_are_few_and_near_the_number_expected(make_node):
    """2 of 2: a clutter plot is confirmed by another one in its gate in the next scan.

    Expected per pair of scans: n^2 V / W, with V the volume that the gate (radius from the speed bound, here the smaller)
    leaves around a plot and W the volume of the box; edges of the box make it a little smaller.
    """
    rng = np.random.default_rng(12)
    speed_mps, half_m, n = 300.0, 80e3, 60
    node = make_node(
        confirm_hits=2,
        confirm_window=2,
        drop_after_updates=1,
        max_speed_mps=speed_mps,
        gate_probability=1 - 1e-9,
        capacity=200,
    )
    firm = 0
    scans = 150
    for k in range(scans):
        plots_m = rng.uniform([-half_m, -half_m, 0], [half_m, half_m, 60e3], (n, 3))
        firm += sum(what == CHANGED_FIRM for what, _ in node.scan(plots_m, 20.0 * k, period_s=20.0, sigma_m=1.0))
    assert node.state["overflow"] == 0
    radius_m = speed_mps * 20.0
    expected = scans * n * n * (4 / 3 * math.pi * radius_m**3) / (4 * half_m * half_m * 60e3)
    assert 0.75 * expected < firm < 1.05 * expected


def test_four_hours_stay_finite_and_positive_definite(make_node):
    """1,440 scans of a weaving target with misses and clutter: two firm tracks at most, sound covariance at each scan."""
    rng = np.random.default_rng(9)
    node = make_node(process_noise_m2ps3=5.0, capacity=60, drop_after_updates=5)
    firm = []
    for k in range(1440):
        t_s = 10.0 * k
        centre_m = np.array([70e3 * np.cos(t_s / 900), 70e3 * np.sin(t_s / 900), 8e3])
        plots_m = list(rng.uniform([-80e3, -80e3, 0], [80e3, 80e3, 12e3], (3, 3)))
        if rng.random() < 0.9:
            plots_m.append(centre_m + 50 * rng.normal(size=3))
        node.scan(plots_m, t_s)
        firm.append(len(node.alive(FIRM)))
        for track in node.alive():
            d = np.sqrt(np.diag(track["p"]))
            assert np.linalg.eigvalsh(track["p"] / np.outer(d, d)).min() > 1e-6
            assert (track["p"] == track["p"].T).all()
    assert min(firm[10:]) >= 1
    assert max(firm) <= 3
    longest = node.alive(FIRM)[0]
    assert longest["hits"] > 1000
    assert 1.0 < longest["score"] < 9.0  # mean squared distance, 3 where the model matches
    assert node.state["overflow"] == 0


@pytest.mark.parametrize("broken", ["period", "changes", "scratch"])
def test_arrays_that_are_too_small_are_refused(make_node, broken):
    node = make_node()
    if broken == "changes":
        node.changes = make_changes(node.capacity - 1)
    if broken == "scratch":
        node.scratch = make_scratch(node.capacity - 1, 1)
    with pytest.raises(ValueError, match={"period": "period_ns", "changes": "change log", "scratch": "scratch"}[broken]):
        node.scan([START_M, START_M + 20e3], 0.0, period_s=0.0 if broken == "period" else 10.0)


def test_every_field_of_a_new_track_is_fresh(make_node):
    node = make_node()
    node.tracks.view(np.uint8)[:] = 7
    node.tracks["status"] = FREE
    node.scan([START_M], 5.0)
    track = node.alive(TENTATIVE)[0]
    stale = np.full(node.tracks.dtype.itemsize, 7, np.uint8).view(node.tracks.dtype)[0]
    assert [n for n in track.dtype.names if np.array_equal(track[n], stale[n])] == []
    assert track["firm_ns"] == track["hold_until_ns"] == track["identified_ns"] == track["origin"] == -1
    assert track["engaged"] == track["identity"] == track["interrogations"] == 0


def test_numbers_are_never_used_twice(make_node):
    node = make_node()
    numbers = [n for t, p in clutter_scene(np.random.default_rng(2), 10, 0, 10) for w, n in node.scan(p, t) if w == 1]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > 60


def test_all_permutations_of_a_tangle_give_one_result(make_node):
    """Four targets 80 m apart, six plots among them: every order of the plots."""
    rng = np.random.default_rng(13)
    base = [beside(80.0 * k) for k in range(4)]
    tangle = np.array([*base, beside(40.0, 30.0), beside(200.0, -30.0)]) + 20 * rng.normal(size=(6, 3))
    pictures = set()
    for order in itertools.islice(itertools.permutations(range(6)), 0, 720, 37):
        node = make_node(confirm_hits=1)
        node.scan(base, 0.0)
        node.scan(tangle[list(order)], 10.0)
        pictures.add(picture(node))
    assert len(pictures) == 1
