"""Nobody decides by truth: which arrays are handed to which model, read from the source, and truth scrambled in flight."""

import ast
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import openiads
from openiads.engine.simulation import Simulation
from openiads.records.state import State
from openiads.records.truth_arrays import TRUTH_ARRAYS

UNIT = "fire_units.unit-1"
PACKAGE = Path(openiads.__file__).parent
DECIDING = ("command", "engagement", "assessment", "identification", "network", "fighters")
TRUE_CASE = ("objects", "knots", "windows", "looks", "candidates", "radar_object", "node_object")
"""Arrays of the case that say where objects really are, or whose they are."""
RESOLVING = ("openiads.engine.resolve", "openiads.engine.questions", "openiads.engine.fighter_stages")


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> dict[str, str]:
    """Module that each imported name comes from."""
    return {
        alias.asname or alias.name: node.module or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def is_deciding(module: str) -> bool:
    return module.startswith("openiads.tracking") or any(module.startswith(f"openiads.models.{d}") for d in DECIDING)


def reads_truth(node: ast.AST, tainted: set[str], sources: dict[str, str]) -> bool:
    """Whether an expression hands on truth: an answer of the resolve step is no truth, what is put into it may be."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and sources.get(node.func.id) in RESOLVING:
        return False
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        if node.value.id == "state" and node.attr in TRUTH_ARRAYS:
            return True
        if node.value.id == "case" and node.attr in TRUE_CASE:
            return True
    if isinstance(node, ast.Name) and node.id in tainted:
        return True
    return any(reads_truth(child, tainted, sources) for child in ast.iter_child_nodes(node))


def bound(target: ast.expr, value: ast.expr) -> list[tuple[str, ast.expr]]:
    """Names that an assignment binds, each with its own part of the value."""
    if isinstance(target, ast.Name):
        return [(target.id, value)]
    if isinstance(target, ast.Tuple):
        parts = value.elts if isinstance(value, ast.Tuple) else [value] * len(target.elts)
        return [pair for one, part in zip(target.elts, parts, strict=True) for pair in bound(one, part)]
    return []


def leaks(source: str, *, resolving: bool = False) -> list[str]:
    """Calls of deciding models and of the tracker that are handed truth; in the resolve step parameters hold truth too."""
    tree = ast.parse(source)
    sources = imported(tree)
    found = []
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        tainted: set[str] = set()
        for _ in range(3):
            for node in ast.walk(function):
                if isinstance(node, ast.Assign):
                    for target in node.targets:
                        tainted |= {name for name, part in bound(target, node.value) if reads_truth(part, tainted, sources)}
        for node in ast.walk(function):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if not is_deciding(sources.get(node.func.id, "")):
                continue
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(reads_truth(argument, tainted, sources) for argument in arguments):
                found.append(f"{function.name}: {ast.unparse(node)[:90]}")
    return found


def test_the_check_sees_a_leak() -> None:
    """A made-up engine that hands truth to command: directly, through a name, and through a tuple."""
    start = "from openiads.models.command.kernels import most_urgent\nfrom openiads.engine.resolve import looks_dead\n"
    for body in (
        "most_urgent(state.track_truth)",
        "most_urgent(case.knots[3])",
        "a = state.objects[0]; b = a; most_urgent(b)",
        "a, b = 1, state.shot_truth[0]; most_urgent(b)",
        "most_urgent(x=state.counts)",
    ):
        assert leaks(f"{start}def f(case, state):\n    {body}\n"), body
    for body in ("most_urgent(state.tracks)", "a, b = 1, state.shot_truth[0]; c = looks_dead(b); most_urgent(a, c)"):
        assert not leaks(f"{start}def f(case, state):\n    {body}\n"), body


@pytest.mark.parametrize("path", sorted((PACKAGE / "engine").glob("*.py")), ids=lambda path: path.stem)
def test_the_engine_hands_no_truth_to_those_who_decide(path: Path) -> None:
    assert leaks(path.read_text(encoding="utf-8")) == []


def test_those_who_decide_are_called_at_all() -> None:
    """Otherwise the check above checks nothing."""
    called = set()
    for name in ("replication", "engage", "shots", "messages", "identity", "fighters"):
        tree = parsed(PACKAGE / "engine" / f"{name}.py")
        sources = imported(tree)
        called |= {
            sources[node.func.id]
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and is_deciding(sources.get(node.func.id, ""))
        }
    assert {f"openiads.models.{family}.kernels" for family in DECIDING} <= called


@pytest.mark.parametrize("family", DECIDING)
def test_those_who_decide_ask_for_no_truth(family: str) -> None:
    """Their kernels import nothing that knows where objects are, and take no array of truth by name."""
    for path in (PACKAGE / "models" / family).glob("*.py"):
        tree = parsed(path)
        modules = set(imported(tree).values())
        assert not {m for m in modules if m == "openiads.records.truth" or m.startswith("openiads.models.sensing")}
        assert not {m for m in modules if m.startswith(("openiads.models.motion", "openiads.engine"))}
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            names = {a.arg for a in (*function.args.args, *function.args.kwonlyargs)}
            assert not names & {*TRUTH_ARRAYS, *TRUE_CASE, "truth"}, f"{path.name}: {function.name}"


def test_the_true_side_is_asked_for_in_one_place() -> None:
    """`reply` and `true_identity` read an object's real side: only the resolve step may call them."""
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if {"reply", "true_identity"} & set(imported(parsed(path)))
    }
    assert users == {"engine/resolve.py", "engine/questions.py"}


def test_every_array_that_could_hold_truth_is_named() -> None:
    assert set(TRUTH_ARRAYS) < set(State._fields)
    knowing = {"tracks", "fire_units", "shots", "messages", "node_states", "missiles_left"}
    assert not knowing & set(TRUTH_ARRAYS)


def permuted(tree: dict[str, Any]) -> None:
    """Every object under the id of another one, with the random numbers of its own: ids mean nothing to those who decide."""
    ids = sorted(tree["objects"])
    turned = dict(zip(ids, ids[2:] + ids[:2], strict=True))
    tree["objects"] = {turned[name]: {**thing, "draws_as": name} for name, thing in tree["objects"].items()}


@pytest.mark.parametrize("more", [{}, {"weapons": "free"}])
def test_orders_and_shots_do_not_hang_on_who_the_objects_are_called(cases: ModuleType, more: dict[str, Any]) -> None:
    """The same raid under permuted ids: byte for byte the same decisions, launches, verdicts and messages."""

    def plain(tree: dict[str, Any]) -> None:
        tree["control"] |= more
        tree["fire_units"]["unit-1"]["command"] |= {"doctrine": "salvo_2", "order_by": "threat"}
        tree["network"]["links"]["down"]["carries"] = ["tracks", "orders"]

    def turned(tree: dict[str, Any]) -> None:
        plain(tree)
        permuted(tree)

    one, other = (cases.run(cases.edited(edit), 12, level="full") for edit in (plain, turned))
    for name in ("shots", "events", "tracks", "messages", "magazines", "traffic"):
        assert one[name].equals(other[name]), name
    assert len(one["shots"]) > 10
    assert not one["outcomes"].equals(other["outcomes"])


@pytest.mark.parametrize(
    "overrides", [{}, {f"{UNIT}.command.doctrine": "shoot_shoot_look", f"{UNIT}.command.order_by": "threat"}]
)
def test_command_and_links_do_the_same_over_another_truth(
    cases: ModuleType, blind: ModuleType, overrides: dict[str, Any]
) -> None:
    """Before each command and link cycle, truth is scrambled: the same missiles, messages, turns of the antenna."""
    simulation = Simulation(cases.lowered(cases.small({"control.weapons": "free", **overrides})), seed=1)
    done = blind.compare(simulation, range(2))
    assert done["compared"] > 200
    assert done["planned"] > 3
    assert done["sent"] > 50
