"""Running replications of a lowered scenario: a fresh state, the walk, more room when a log was full."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.engine.lowering import Lowered
from openiads.engine.replication import run_replication
from openiads.errors import OpeniadsError
from openiads.records import fighters
from openiads.records import state as records
from openiads.records.case import Case
from openiads.records.state import State
from openiads.records.tables import CONTENTS, IDENTITIES, LEVELS, Level
from openiads.tracking.records import PLOT, TRACK, TRACKER_STATE, make_changes, make_scratch

MOST_ROOM = 4096
"""Factor on the first guess of log sizes beyond which a replication is an error, not a big run."""


ROWS_BETWEEN = 256
"""Rows of the calendar between two questions whether a walk has gone far enough."""

STAGE_NEVER = ("identity", *(name for name in records.STAGES.names or () if name.endswith("_ns")))
"""Fields of a stage that begin as -1."""


@dataclass(frozen=True)
class Room:
    """How many rows each log and scratch array of a state has. All of it grows when one of them was full."""

    events: int = 2048
    associations: int = 2048
    plot_log: int = 16384
    track_log: int = 16384
    message_log: int = 4096
    belief_log: int = 2048
    messages: int = 512
    plots: int = 1024
    factor: int = 1

    def doubled(self) -> "Room":
        """Twice as much of everything."""
        sizes = {name: 2 * value for name, value in vars(self).items()}
        return replace(self, **sizes)


def make_state(case: Case, *, seed: int, replication: int, level: Level, room: Room) -> State:
    """The state of a replication before its first instant; every array is zero but for what must not be."""
    tracks = int(sum(case.trackers["capacity"]))
    nodes, objects, units = len(case.nodes), len(case.objects), len(case.fire_units)
    shots = max(1, _most_shots(case))
    messages = room.messages + room.factor * 2 * objects * len(case.links) if len(case.links) else 1
    rows = LEVELS.index(level)
    clock = np.zeros(1, records.CLOCK)
    clock["seed"], clock["replication"], clock["level"] = seed, replication, rows
    clock["due_ns"] = clock["shot_ns"] = clock["pair_ns"] = records.NEVER
    unit_states = np.zeros(max([units, *(case.radars["antenna"] + 1).tolist()]), records.FIRE_UNIT_STATE)
    for radar in case.radars[case.radars["antenna"] >= 0]:
        state = unit_states[radar["antenna"]]
        state["boresight_rad"] = state["wanted_rad"] = radar["boresight_rad"]
    stages = np.zeros((nodes, objects), records.STAGES)
    for name in STAGE_NEVER:
        stages[name] = -1
    shot_truth = np.zeros(shots, records.SHOT_TRUTH)
    shot_truth["object"] = -1
    return State(
        clock=clock,
        counts=np.zeros(1, records.COUNTS),
        objects=np.zeros(objects, records.OBJECT_STATE),
        stages=stages,
        tracks=np.zeros(tracks, TRACK),
        track_truth=np.full(tracks, -1, np.int32),
        node_states=np.zeros(nodes, TRACKER_STATE),
        plots=np.zeros(room.plots, PLOT),
        plot_truth=np.full(room.plots, -1, np.int32),
        radar_plots=np.zeros(len(case.radars), np.int64),
        fire_units=unit_states,
        missiles_left=case.missiles["count"].astype(np.int32),
        shots=np.zeros(shots, records.SHOTS),
        shot_truth=shot_truth,
        shot_index=np.zeros(objects, np.int32),
        identity_index=np.zeros((nodes, objects), np.int32),
        messages=np.zeros(messages, records.MESSAGES),
        queue=np.arange(messages, dtype=np.int32),
        link_states=np.zeros(len(case.links), records.LINK_STATE),
        contacts=np.zeros(nodes, records.CONTACT),
        orders=np.zeros(tracks, records.TRACK_ORDERS),
        traffic=np.zeros((len(case.links), len(CONTENTS), len(IDENTITIES)), records.TRAFFIC),
        beliefs=np.zeros(tracks, records.BELIEF),
        spurious=np.zeros(nodes, records.SPURIOUS),
        belief_log=np.zeros(room.belief_log if rows >= 1 and case.evidence["weighs"].any() else 1, records.BELIEF_LOG),
        events=np.zeros(room.events if rows >= 1 else 1, records.EVENT_LOG),
        associations=np.zeros(room.associations if rows >= 1 else 1, records.ASSOCIATION_LOG),
        plot_log=np.zeros(room.plot_log if rows >= 2 else 1, records.PLOT_LOG),
        track_log=np.zeros(room.track_log if rows >= 2 else 1, records.TRACK_LOG),
        message_log=np.zeros(room.message_log if rows >= 2 and len(case.links) else 1, records.MESSAGE_LOG),
        seen=np.zeros(objects, np.int32),
        launchers=_launchers(case),
        spare=case.missiles["spare"].astype(np.int32),
        supplied=np.zeros(len(case.missiles), np.int32),
        desks=np.zeros(case.desks.shape, records.DESK_STATE),
        assigned=np.zeros(tracks, records.ASSIGNED_TARGETS),
        message_truth=np.full(messages, -1, np.int32),
        pairs=_pairs(case),
        pair_truth=_no_object(int(case.fighters["pair_rows"].sum())),
        pair_stages=np.zeros((len(case.fighters), objects), fighters.PAIR_STAGES),
        pair_index=np.zeros(objects, np.int32),
        reports=np.zeros((nodes, len(case.missiles)), fighters.REPORTS),
    )


def _pairs(case: Case) -> NDArray[Any]:
    """All pairs at home."""
    pairs = np.zeros(int(case.fighters["pair_rows"].sum()), fighters.PAIRS)
    pairs["base"] = np.repeat(np.arange(len(case.fighters)), case.fighters["pair_rows"])
    pairs["due_ns"] = records.NEVER
    return pairs


def _no_object(count: int) -> NDArray[Any]:
    truth = np.zeros(count, fighters.PAIR_TRUTH)
    truth["object"] = -1
    return truth


def _launchers(case: Case) -> NDArray[Any]:
    states = np.zeros(len(case.launchers), records.LAUNCHER_STATE)
    states["loaded"] = case.launchers["loaded"]
    states["reloaded_ns"] = records.NEVER
    return states


def _most_shots(case: Case) -> int:
    """Places for shots: every missile may be planned, given back and planned again, so there are more places than missiles."""
    missiles = case.missiles["count"].sum() + case.missiles["spare"].sum() + case.supplies["count"].sum()
    return 64 + 16 * int(missiles)


@dataclass
class Simulation:
    """A lowered scenario ready to be walked any number of times; it remembers how much room its logs needed."""

    lowered: Lowered
    seed: int
    room: Room = Room()

    def __post_init__(self) -> None:
        """Make the scratch arrays that all replications of this worker share."""
        self._prepare()

    def _prepare(self) -> None:
        capacity = int(max(self.lowered.case.trackers["capacity"], default=1))
        self._scratch = make_scratch(capacity, self.room.plots)
        self._changes: NDArray[Any] = make_changes(capacity)

    def fresh(self, replication: int, level: Level) -> State:
        """The state of one replication before its first instant."""
        return make_state(self.lowered.case, seed=self.seed, replication=replication, level=level, room=self.room)

    def advance(self, state: State, stop_row: int | None = None) -> State:
        """Walk `state` in place up to a row of the calendar (the end, when none is given), and return it."""
        rows = len(self.lowered.case.calendar)
        stop = rows if stop_row is None else min(stop_row, rows)
        run_replication(self.lowered.case, state, self._scratch, self._changes, stop)
        return state

    def run(
        self,
        replication: int,
        level: Level,
        *,
        enough: Callable[[State], bool] | None = None,
        begun: State | None = None,
    ) -> State:
        """One replication, whole, or as far as it takes. When a log or scratch array was full, it runs again with twice the room.

        Parameters
        ----------
        enough : callable, optional
            Asked every so many rows of the calendar whether the state holds all that is wanted; the walk ends there.
        begun : State, optional
            The same replication of a case whose calendar is the same up to there, already walked so far; it is walked on in place.

        Raises
        ------
        OpeniadsError
            When even very large logs do not hold it.
        """
        while True:
            state = self._walked(self.fresh(replication, level) if begun is None else begun, enough)
            begun = None
            overflow = int(state.clock["overflow"][0]) + int(state.node_states["pair_overflow"].sum())
            if overflow == 0:
                return state
            if self.room.factor >= MOST_ROOM:
                raise OpeniadsError(
                    f"replication {replication}: logs of {self.room.events} events and {self.room.track_log} track rows are full. "
                    "Record less (--record counts), or shorten the scenario."
                )
            self.room = self.room.doubled()
            self._prepare()

    def _walked(self, state: State, enough: Callable[[State], bool] | None) -> State:
        if enough is None:
            return self.advance(state)
        for stop in range(int(state.clock["row"][0]) + ROWS_BETWEEN, len(self.lowered.case.calendar), ROWS_BETWEEN):
            if enough(self.advance(state, stop)):
                return state
        return self.advance(state)
