"""A log or a scratch array that was full: the replication runs again with more room and gives the same rows."""

from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from openiads.engine.decode import decode
from openiads.engine.simulation import Room, Simulation


@pytest.mark.parametrize("what", ["events", "associations", "plot_log", "track_log", "message_log", "messages", "plots"])
def test_small_room_gives_the_same_rows(cases: ModuleType, what: str) -> None:
    lowered = cases.lowered(cases.small({"network.links.up.latency_s": 60, "network.links.down.latency_s": 60}))
    expected = decode(lowered, Simulation(lowered, 1).run(1, "full"), "full")
    by_objects = 2 * len(lowered.names.objects) * len(lowered.case.links)  # what a state adds to `messages`
    size = 1 - by_objects if what == "messages" else 2
    tight = Simulation(lowered, 1, room=replace(Room(), **{what: size}))
    found = decode(lowered, tight.run(1, "full"), "full")
    assert tight.room.factor > 1, "it never was too small"
    for name, columns in expected.items():
        for column, values in columns.items():
            np.testing.assert_array_equal(found[name][column], values, err_msg=f"{name}.{column}")


def test_a_frame_with_more_plots_than_room(cases: ModuleType) -> None:
    """Only the multifunction radar is on and gives no false alarms: dwells that find the batch full are run again."""
    quiet = {
        "command_posts.post-1.search_radar.duty": 0.0,
        "fire_units.unit-1.search_radar.duty": 0.0,
        "fire_units.unit-1.engagement_radar.p_false_alarm": 1e-12,
        "control.weapons": "hold",
    }
    lowered = cases.lowered(cases.small(quiet))
    expected = decode(lowered, Simulation(lowered, 1).run(0, "full"), "full")
    tight = Simulation(lowered, 1, room=replace(Room(), plots=1))
    found = decode(lowered, tight.run(0, "full"), "full")
    assert tight.room.factor > 1
    for column, values in expected["plots"].items():
        np.testing.assert_array_equal(found["plots"][column], values, err_msg=column)
