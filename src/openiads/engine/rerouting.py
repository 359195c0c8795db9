"""The same case with objects on other paths: only what they fly and who looks at them is worked out again."""

from dataclasses import replace
from typing import Final

from openiads.engine.calendar import build_calendar
from openiads.engine.links import active_links
from openiads.engine.lowering import Lowered, lower
from openiads.engine.objects import Things
from openiads.engine.sites import Sites, lower_radars
from openiads.engine.views import Views
from openiads.records.state import State
from openiads.scenario.loader import Scenario
from openiads.scenario.standing import standing


class Rerouter:
    """A scenario whose objects may fly other paths. What it gives walks as a scenario with those paths does.

    The windows of opportunity, which only the ledger reads, stay those of the scenario's own paths.
    """

    def __init__(self, scenario: Scenario, views: Views) -> None:
        self._spec: Final = standing(scenario.spec)
        self._views: Final = views
        self._lowered: Final = lower(scenario, views=views)
        names = self._lowered.names
        swerlings = {int(s) for s in self._lowered.case.objects["swerling"]} or {1}
        self._radars: Final = lower_radars(
            self._spec, Sites(self._spec), list(names.nodes), list(names.fire_units), swerlings
        )
        self._links: Final = active_links(self._spec)

    def __call__(self, things: Things) -> Lowered:
        """The case with these objects, which differ from the scenario's own in times, paths and knots alone."""
        nodes = list(self._lowered.names.nodes)
        plan = build_calendar(self._spec, self._radars, things, nodes, self._links, self._views)
        case = self._lowered.case._replace(
            calendar=plan.calendar, looks=plan.looks, candidates=plan.candidates, objects=things.objects, knots=things.knots
        )
        return replace(self._lowered, case=case, walk=plan.walk)


def copy_state(state: State) -> State:
    """A state of its own with the same bytes."""
    return State(**{name: array.copy() for name, array in state._asdict().items()})
