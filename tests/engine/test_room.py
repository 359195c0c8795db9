"""A log or a scratch array that was full: the replication runs again with more room and gives the same rows."""

from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from openiads.engine.decode import decode
from openiads.engine.simulation import Room, Simulation


@pytest.mark.parametrize("what", ["events", "associations", "plot_log", "track_log", "message_log", "messages", "plots"])
def test_small_room_gives_the_same_rows(cases: ModuleType, what: str) -> None:
    lowered = cases.lowered(cases.small())
    expected = decode(lowered, Simulation(lowered, 1).run(1, "full"), "full")
    tight = Simulation(lowered, 1, room=replace(Room(), **{what: 2}))
    found = decode(lowered, tight.run(1, "full"), "full")
    assert tight.room.factor > 1, "it never was too small"
    for name, columns in expected.items():
        for column, values in columns.items():
            np.testing.assert_array_equal(found[name][column], values, err_msg=f"{name}.{column}")
