"""What the scenario and the catalogue say of a study: hash, vignettes, paths, the values that are set, the figures referred to."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from openiads.errors import CatalogueError, OpeniadsError
from openiads.scenario.problems import Path, Problem, did_you_mean
from openiads.study.lint import inside_problems, raid_problems
from openiads.study.parts import Scalar
from openiads.study.spec import AssumptionSpec, PositionSpec, StudySpec

if TYPE_CHECKING:
    from openiads.scenario.loader import Scenario


def with_figures(spec: StudySpec) -> tuple[StudySpec, list[Problem]]:
    """The study with every catalogue figure looked up: its low to high becomes the interval."""
    problems: list[Problem] = []
    made = []
    for number, a in enumerate(spec.assumptions):
        update: dict[str, Any] = {}
        if a.agreed is not None:
            update["agreed"] = _looked_up(a, a.agreed, ("assumptions", number, "agreed"), problems)
        if a.positions is not None:
            path: Path = ("assumptions", number, "positions")
            update["positions"] = {k: _looked_up(a, p, (*path, k), problems) for k, p in a.positions.items()}
        made.append(a.model_copy(update=update))
    return spec.model_copy(update={"assumptions": tuple(made)}), problems


def _looked_up(a: AssumptionSpec, position: PositionSpec, path: Path, problems: list[Problem]) -> PositionSpec:
    from openiads.catalogue import load_catalogue  # noqa: PLC0415 - only where a figure is named

    if position.figure is None:
        return position
    try:
        figure = load_catalogue().figure(position.figure)
    except CatalogueError as error:
        problems.append(Problem((*path, "figure"), str(error)))
        return position
    update: dict[str, Any] = {"figure": None}
    if figure.low is None or figure.high is None:
        update["value"] = figure.value
    elif figure.low == figure.high:
        update["value"] = float(figure.low)
    else:
        update["interval"] = (float(figure.low), float(figure.high))
    if figure.placeholder:
        update["basis"] = "placeholder"
    limits = [v for v in (figure.low, figure.high) if v is not None]
    problems += inside_problems(a, limits, (*path, "figure"))
    return position.model_copy(update=update)


def scenario_problems(spec: StudySpec, load: "Callable[[], Scenario]") -> Iterator[Problem]:
    """Everything that the scenario, which `load` reads, says of the study."""
    try:
        scenario = load()
    except OpeniadsError as error:
        yield Problem(("scenario", "file"), f"the scenario cannot be used: {str(error).splitlines()[0]}")
        return
    stated = spec.scenario.sha256
    if stated is not None and stated != scenario.sha256:
        text = f"is {stated[:12]}, but the scenario has {scenario.sha256[:12]}. Put the registered scenario back"
        yield Problem(("scenario", "sha256"), text)
    for number, name in enumerate(spec.scenario.vignettes):
        if name not in scenario.variants:
            hint = did_you_mean(name, scenario.variants)
            yield Problem(("scenario", "vignettes", number), f"the scenario has no variant {name!r}. {hint}")
    yield from raid_problems(spec, scenario.tree)
    for path, dotted_path, value in assignments(spec):
        try:
            scenario.with_overrides({dotted_path: value})
        except OpeniadsError as error:
            yield Problem(path, _without_place(str(error), scenario))


def assignments(spec: StudySpec) -> Iterator[tuple[Path, str, Scalar]]:
    """Every value that the study may set, one end at a time, with where it stands in the file."""
    for number, a in enumerate(spec.assumptions):
        if a.kind == "criterion":
            continue  # a yardstick of the study, no field of the scenario
        stated: list[tuple[Path, PositionSpec]] = [(("positions", k), p) for k, p in (a.positions or {}).items()]
        if a.agreed is not None:
            stated.append((("agreed",), a.agreed))
        for where, position in stated:
            values = position.interval if position.interval is not None else (position.value,)
            for value in values:
                if value is not None:
                    yield ("assumptions", number, *where, position.form), a.path, value
    for number, c in enumerate(spec.conditions):
        for value in c.levels if c.levels is not None else (c.range or ()):
            yield ("conditions", number, "levels" if c.levels is not None else "range"), c.path, value
    for o, option in enumerate(spec.options):
        for v, choice in enumerate(option.values):
            for path, value in choice.set.items():
                yield ("options", o, "values", v, "set", path), path, value


def _without_place(text: str, scenario: "Scenario") -> str:
    """The first line of a scenario's message without the place in the scenario file."""
    line = text.splitlines()[0].removeprefix(f"{scenario.name}: ")
    return "in the scenario, " + line.removeprefix("override: ")
