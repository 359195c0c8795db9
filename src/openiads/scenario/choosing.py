"""Making the named choices of a scenario: what they set, what then flies, and what is wrong with them. Works on plain data."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from openiads.errors import ScenarioError
from openiads.scenario.problems import Path, Problem, did_you_mean
from openiads.scenario.references import section
from openiads.scenario.schema import ScenarioSpec


def stage(tree: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The tree with the length and the windows of the chosen vignette. What is wrong with it stays for the schema to say."""
    chosen = section(dict(tree), "vignettes", str(_chosen_vignette(tree, settings)))
    staged = dict(tree)
    if "duration_s" in chosen and isinstance(tree.get("clock"), dict):
        staged["clock"] = {**tree["clock"], "duration_s": chosen["duration_s"]}
    if "windows" in chosen:
        staged["windows"] = chosen["windows"]
    return staged


def choices(tree: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, str]:
    """The chosen value of each option and, under `vignette`, the chosen vignette."""
    made = {
        str(key): str(settings.get(f"options.{key}.choice", option.get("choice")))
        for key, option in section(dict(tree), "options").items()
        if isinstance(option, dict)
    }
    vignette = _chosen_vignette(tree, settings)
    return {**made, "vignette": str(vignette)} if vignette is not None else made


def chosen_settings(tree: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[tuple[str, Any, Path, str]]:
    """Every assignment that the choices make: path, value, where it stands in the file, and what made it, in words."""
    for key, value in choices(tree, settings).items():
        if key == "vignette" and "vignette" not in section(dict(tree), "options"):
            where: Path = ("vignettes", value, "set")
            what = f"vignette {value}"
        else:
            where = ("options", key, "values", value, "set")
            what = f"option {key} = {value}"
        for path, setting in section(dict(tree), *map(str, where)).items():
            yield str(path), setting, (*where, path), what


def cast(tree: dict[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The tree with those objects only that fly in the chosen vignette."""
    vignette = _chosen_vignette(tree, settings)
    chosen = section(tree, "vignettes", str(vignette))
    if vignette is None or not isinstance(chosen.get("objects"), list | tuple):
        return tree
    flying = {key: thing for key, thing in section(tree, "objects").items() if key in chosen["objects"]}
    return {**tree, "objects": flying}


def combinations(spec: ScenarioSpec, by: Sequence[str]) -> Iterator[dict[str, str]]:
    """Every combination of the values of some options, in the order of the file; a ScenarioError names an unknown option."""
    for key in by:
        if key not in spec.options:
            raise ScenarioError(f"options has no {key!r}. {did_you_mean(key, spec.options)}")
    for values in product(*(spec.options[key].values for key in by)):
        yield dict(zip(by, values, strict=True))


def choice_problems(tree: Mapping[str, Any], made: Mapping[str, str]) -> Iterator[Problem]:
    """Choices that do not exist, objects of a vignette that do not exist, and paths that two choices may set."""
    for key, option in section(dict(tree), "options").items():
        known = section(option, "values")
        chosen = made.get(key)
        if known and chosen not in known:
            yield Problem(
                ("options", key, "choice"), f"has no value {chosen!r}. {did_you_mean(str(chosen), map(str, known))}"
            )
    vignettes = section(dict(tree), "vignettes")
    if "vignette" in made and made["vignette"] not in vignettes:
        yield Problem(
            ("vignette",), f"there is no {made['vignette']!r}. {did_you_mean(made['vignette'], map(str, vignettes))}"
        )
    if vignettes and "vignette" not in made:
        yield Problem(("vignettes",), "none of them is chosen. Add `vignette:` with one of them", at_key=True)
    yield from _unknown_objects(tree)
    yield from _set_twice(tree)


def _chosen_vignette(tree: Mapping[str, Any], settings: Mapping[str, Any]) -> Any:
    return settings.get("vignette", tree.get("vignette"))


def _unknown_objects(tree: Mapping[str, Any]) -> Iterator[Problem]:
    known = section(dict(tree), "objects")
    for key, vignette in section(dict(tree), "vignettes").items():
        listed = vignette.get("objects") if isinstance(vignette, dict) else None
        for number, name in enumerate(listed if isinstance(listed, list) else []):
            if name not in known:
                text = f"`objects` has no {name!r}. {did_you_mean(str(name), map(str, known))}"
                yield Problem(("vignettes", key, "objects", number), text)


def _set_twice(tree: Mapping[str, Any]) -> Iterator[Problem]:
    """A path may belong to one option only, or to the vignettes, so that the order of choices means nothing."""
    owner: dict[str, str] = {}
    groups: list[tuple[str, Path, dict[str, Any]]] = [("the vignettes", ("vignettes",), section(dict(tree), "vignettes"))]
    for key, option in section(dict(tree), "options").items():
        groups.append((f"option {key}", ("options", key, "values"), section(option, "values")))
    for group, where, values in groups:
        for name, value in values.items():
            for path in section(value, "set"):
                first = owner.setdefault(str(path), group)
                if first != group:
                    yield Problem(
                        (*where, name, "set", path), f"{first} may set this too. Let one of them set it", at_key=True
                    )
