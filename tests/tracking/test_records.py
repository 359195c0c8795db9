"""Settings are checked, and the records are as the callers know them."""

import pytest

from openiads.errors import OutOfRangeError
from openiads.tracking.records import TRACK, gate_of_probability, make_config

GOOD = {
    "confirm_hits": 2, "confirm_window": 3, "drop_after_updates": 3, "process_noise_m2ps3": 1.0, "gate_probability": 0.99,
    "max_speed_mps": 600.0, "capacity": 10,
}  # fmt: skip


def test_gate_is_the_chi_square_quantile_of_three_dimensions():
    assert gate_of_probability(0.99) == pytest.approx(11.345, rel=0, abs=5e-4)  # printed table
    assert make_config(**GOOD)[0]["gate"] == gate_of_probability(0.99)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("confirm_hits", 0), ("confirm_hits", 4), ("confirm_window", 0), ("drop_after_updates", 0),
        ("process_noise_m2ps3", -1.0), ("gate_probability", 1.0), ("gate_probability", 0.0), ("max_speed_mps", 0.0),
        ("capacity", 0), ("vertical_noise_reduction", 1.1), ("max_climb_mps", 601.0), ("first_slot", -1),
        ("process_noise_m2ps3", float("nan")),
    ],
)  # fmt: skip
def test_a_senseless_setting_is_named(field, value):
    with pytest.raises(OutOfRangeError, match=field):
        make_config(**{**GOOD, field: value})


def test_a_climb_limit_shrinks_the_vertical_velocity_of_a_new_track(make_node):
    node = make_node(max_speed_mps=600.0, max_climb_mps=30.0)
    node.scan([[0.0, 0.0, 9e3], [40e3, 0.0, 9e3]], 0.0)
    assert node.tracks[0]["p"].diagonal()[3:] == pytest.approx([200.0**2, 200.0**2, 10.0**2], rel=1e-12)
    node = make_node(max_speed_mps=600.0)
    node.scan([[0.0, 0.0, 9e3]], 0.0)
    assert node.tracks[0]["p"].diagonal()[3:] == pytest.approx([200.0**2] * 3, rel=1e-12)


def test_a_track_is_aligned_for_compiled_code():
    assert TRACK.isalignedstruct
    assert TRACK.itemsize % 8 == 0
