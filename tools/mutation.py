"""Does the suite notice a wrong sign? Mutation score of the physics and the statistics on a seeded sample of mutants.

One small change at a time is made in memory to one module, and the tests of the two rooms run against it, those of the module
first. A mutant is *killed* when a test fails, errs, or runs into the limit of CPU time; the others *survive* and are listed. The
parent imports the heavy libraries once and forks a child for each mutant. Run with the JIT off, as the tool does by itself.

    python tools/mutation.py --count 300 --seed 2026 -o docs/reference/mutation.json
    python tools/mutation.py --again docs/reference/mutation.json     # after new tests: only the survivors, in minutes

A survivor is tried again with the tests of its own module alone; more tests can only kill more.
"""

import argparse
import ast
import contextlib
import copy
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType

os.environ["NUMBA_DISABLE_JIT"] = "1"

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "openiads"
ROOMS = ("physics", "stats")
TESTS = (
    "tests/physics",
    "tests/stats",
    "tests/verify/test_runner.py",
    "tests/verify/test_unseen.py",
    "tests/verify/test_environment_and_motion.py",
)
LIMIT_S = 90
"""CPU seconds after which a mutant counts as caught: it does not end where the right code does."""

OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.Mult,),
}
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
CALLS = {
    "sin": "cos",
    "cos": "sin",
    "tan": "sin",
    "minimum": "maximum",
    "maximum": "minimum",
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "log10": "log",
    "log": "log10",
    "log1p": "log",
    "exp": "expm1",
    "expm1": "exp",
    "floor": "ceil",
    "ceil": "floor",
    "gammainc": "gammaincc",
    "gammaincc": "gammainc",
    "cumsum": "cumprod",
    "mean": "sum",
}


@dataclass(frozen=True)
class Mutant:
    """One change: where, from what, to what."""

    module: str
    line: int
    kind: str
    before: str
    after: str
    number: int


class _Sites(ast.NodeVisitor):
    """Every place of a module that may be changed, with the ways to change it: what runs, not what is said in messages."""

    def __init__(self) -> None:
        self.found: list[tuple[ast.AST, str, object]] = []

    def visit_Raise(self, node: ast.Raise) -> None:
        """The text of an error is not physics."""

    def visit_arg(self, node: ast.arg) -> None:
        """Annotations do not run."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Text."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.visit(node.args)
        for statement in node.body:
            self.visit(statement)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        for new in OPERATORS.get(type(node.op), ()):
            self.found.append((node, "operator", new))
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        for new in OPERATORS.get(type(node.op), ()):
            self.found.append((node, "operator", new))
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        if len(node.ops) == 1:
            for new in COMPARISONS.get(type(node.ops[0]), ()):
                self.found.append((node, "comparison", new))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.found.append((node, "logic", ast.Or if isinstance(node.op, ast.And) else ast.And))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.USub | ast.Not):
            self.found.append((node, "sign", None))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            self.found.append(
                (node, "constant", node.value + 1 if isinstance(node.value, int) else node.value * 1.05 or 1.0)
            )

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in CALLS:
            self.found.append((node, "function", CALLS[name]))
        self.generic_visit(node)


def modules() -> list[Path]:
    """The sources whose mutants are drawn."""
    return [path for room in ROOMS for path in sorted((SOURCE / room).glob("*.py")) if path.name != "__init__.py"]


def sites(tree: ast.Module) -> list[tuple[ast.AST, str, object]]:
    """Places of a module in the order of its text."""
    visitor = _Sites()
    visitor.visit(tree)
    return visitor.found


def mutated(path: Path, number: int) -> tuple[ast.Module, Mutant]:
    """The module with its change of that number."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    node, kind, new = sites(tree)[number]
    before = ast.unparse(copy.deepcopy(node))  # type: ignore[arg-type]
    if kind == "sign":
        _replace(tree, node, node.operand)  # type: ignore[attr-defined]
        after = ast.unparse(node.operand)  # type: ignore[attr-defined]
    else:
        _change(node, kind, new)
        after = ast.unparse(node)  # type: ignore[arg-type]
    module = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
    return ast.fix_missing_locations(tree), Mutant(module, node.lineno, kind, before, after, number)  # type: ignore[attr-defined]


def _change(node: ast.AST, kind: str, new: object) -> None:
    if kind == "comparison":
        node.ops = [new()]  # type: ignore[attr-defined, operator]
    elif kind in ("operator", "logic"):
        node.op = new()  # type: ignore[attr-defined, operator]
    elif kind == "constant":
        node.value = new  # type: ignore[attr-defined]
    elif isinstance(node.func, ast.Attribute):  # type: ignore[attr-defined]
        node.func.attr = new  # type: ignore[attr-defined]
    else:
        node.func.id = new  # type: ignore[attr-defined]


def _replace(tree: ast.Module, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list):
                setattr(parent, name, [new if item is old else item for item in value])


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves one module from a changed tree."""

    def __init__(self, module: str, tree: ast.Module, path: Path) -> None:
        self.module, self.tree, self.path = module, tree, path

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> object:
        """The changed module, and no other."""
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.module else None

    def create_module(self, spec: object) -> None:
        """The usual module object."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed tree."""
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)


def tests_of(module: str) -> list[str]:
    """Arguments of the two passes: the module's own tests, then all."""
    room, name = module.split(".")[-2:]
    own = ROOT / "tests" / room / f"test_{name}.py"
    return [str(own.relative_to(ROOT))] if own.exists() else []


def survives(tree: ast.Module | None, mutant: Mutant | None, path: Path | None, *, own_only: bool = False) -> bool:
    """Run the tests in a child; whether all of them pass."""
    child = os.fork()
    if child == 0:
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_S, LIMIT_S))
        code = 1
        with contextlib.suppress(BaseException):
            code = _run_tests(tree, mutant, path, own_only=own_only)
        os._exit(code)
    _, status = os.waitpid(child, 0)
    return status == 0


def _run_tests(tree: ast.Module | None, mutant: Mutant | None, path: Path | None, *, own_only: bool) -> int:
    """Exit code of the tests: the module's own first, then all."""
    import pytest

    if tree is not None and mutant is not None and path is not None:
        sys.meta_path.insert(0, _Finder(mutant.module, tree, path))
    given = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider"]
    own = tests_of(mutant.module) if mutant else []
    first = int(pytest.main([*given, *own])) if own else 0
    return first if own_only else first or int(pytest.main([*given, *TESTS]))


def candidates() -> Iterator[tuple[Path, int]]:
    """All mutants there are."""
    for path in modules():
        for number in range(len(sites(ast.parse(path.read_text(encoding="utf-8"))))):
            yield path, number


def again(listing: Path) -> int:
    """Try the survivors of a listing once more and write it anew without those that die now."""
    found = json.loads(listing.read_text(encoding="utf-8"))
    alive = []
    for old in found["survivors"]:
        path = SOURCE.joinpath(*old["module"].split(".")[1:]).with_suffix(".py")
        tree, mutant = mutated(path, old["number"])
        if (mutant.kind, mutant.before, mutant.after) != (old["kind"], old["before"], old["after"]):
            raise SystemExit(f"{mutant.module} has changed since: run the whole sample again")
        if survives(tree, mutant, path, own_only=True):
            alive.append(asdict(mutant))
        else:
            print(f"killed now  {mutant.module}:{mutant.line}  {mutant.before}  ->  {mutant.after}", flush=True)
    found["survivors"] = alive
    listing.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(alive)} of {found['mutants']} survive: {1 - len(alive) / found['mutants']:.1%} killed")
    return 0


def main() -> int:
    """Draw, run, write, and print the score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("-o", "--out", type=Path)
    parser.add_argument("--again", type=Path, metavar="FILE", help="only the survivors that FILE lists; it is written anew")
    asked = parser.parse_args()
    os.chdir(ROOT)
    import hypothesis  # noqa: F401 - the children need not import it again
    import numpy  # noqa: F401, ICN001
    import pytest  # noqa: F401
    import scipy.optimize
    import scipy.special
    import scipy.stats  # noqa: F401

    if asked.again is not None:
        return again(asked.again)
    if not survives(None, None, None):
        print("the tests fail without any change", file=sys.stderr)
        return 2
    everything = list(candidates())
    drawn = random.Random(asked.seed).sample(everything, min(asked.count, len(everything)))
    alive, began = [], time.monotonic()
    for done, (path, number) in enumerate(sorted(drawn), start=1):
        tree, mutant = mutated(path, number)
        if survives(tree, mutant, path):
            alive.append(mutant)
            print(f"survived  {mutant.module}:{mutant.line}  {mutant.before}  ->  {mutant.after}")
        if done % 20 == 0:
            print(f"{done} of {len(drawn)}, {len(alive)} survived, {time.monotonic() - began:.0f} s", file=sys.stderr)
    score = 1 - len(alive) / len(drawn)
    print(f"{len(drawn)} mutants of {len(everything)}, seed {asked.seed}: {score:.1%} killed, {len(alive)} survived")
    if asked.out is not None:
        found = {"seed": asked.seed, "mutants": len(drawn), "of": len(everything), "survivors": [asdict(m) for m in alive]}
        asked.out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
