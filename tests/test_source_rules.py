"""Rules of the sources that a machine can check: figures, kernels, lengths, docstrings, stray paths."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src" / "openiads").rglob("*.py"))
KERNEL_SOURCES = [p for p in SOURCES if "@kernel" in p.read_text(encoding="utf-8")]

UNITS = (  # noqa: SIM905 - a list of words reads better
    "m km m2 m2ps3 mps kmh ft s ms us ns min h hz khz mhz ghz w kw j k c kg t n pa hpa deg rad radps db dbm dbw dbsm per_s"
).split()
"""Suffixes that say that a name holds a figure with a unit."""

WITH_FIGURES = ("catalogue/", "constants.py", "verify/quantities.py")
"""Where figures live; the last holds the factors of units themselves."""

NO_FIGURES = (0, 1)
"""Also negative. An empty sum, a unit factor, "none", one step: nothing that a source could be asked for."""

CHOICE = "Choice of the method: "
"""How the text below a module's constant begins when it holds a setting of a numerical method, such as a tolerance or a step,
and no figure about a system: no source could be asked for it, so it may stand where it is used, under a name with its unit."""

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
"""Lines of a body; neither the docstring nor lists of arguments count."""

FORBIDDEN_IN_KERNELS = (
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Try,
    ast.Global,
    ast.Nonlocal,
    ast.With,
    ast.Lambda,
    ast.JoinedStr,
    ast.Import,
    ast.ImportFrom,
    ast.Yield,
    ast.Await,
    ast.Dict,
    ast.Set,
)
NUMPY_TYPES = {"uint64", "uint32", "int64", "int32", "float64"}
"""What a kernel may call of NumPy: conversions of one number."""


def here(path: Path) -> str:
    """A path as the tables above name it."""
    return path.relative_to(ROOT / "src" / "openiads").as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def has_unit(name: str | None) -> bool:
    return name is not None and any(name.lower().endswith(f"_{unit}") for unit in UNITS)


def figures(node: ast.expr | None) -> Iterator[ast.Constant]:
    """Numeric literals in an expression that are figures: not an index, nor an argument of a call, nor 0 or 1."""
    if node is None or isinstance(node, ast.Call | ast.Subscript | ast.Attribute | ast.Lambda | ast.Compare | ast.JoinedStr):
        return
    if isinstance(node, ast.Constant):
        if type(node.value) in (int, float) and node.value not in NO_FIGURES:
            yield node
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield from figures(child)


def pure(node: ast.expr | None) -> bool:
    """Whether an expression is made of literals only: then it states a figure; with a name in it, it is a formula."""
    return node is not None and not any(
        isinstance(n, ast.Name | ast.Call | ast.Attribute | ast.Subscript) for n in ast.walk(node)
    )


def named_values(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Every name that takes a value somewhere: assigned, defaulted, by keyword, as a key of a dictionary."""
    for node in ast.walk(module):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _targets(target, node.value)
        elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
            yield from _targets(node.target, node.value)
        elif isinstance(node, ast.keyword) and node.arg is not None:
            yield node.arg, node.value
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, value
        elif isinstance(node, ast.FunctionDef):
            spec = node.args
            positional = [*spec.posonlyargs, *spec.args]
            for argument, default in zip(positional[::-1], spec.defaults[::-1], strict=False):
                yield argument.arg, default
            for argument, value in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
                if value is not None:
                    yield argument.arg, value


def _targets(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Attribute):
        yield target.attr, value
    elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        yield str(target.slice.value), value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for t, v in zip(target.elts, value.elts, strict=True):
            yield from _targets(t, v)


def choices_of_method(module: ast.Module) -> set[ast.expr]:
    """Values of the module's own constants whose text says that they are settings of a method."""
    found = set()
    for node, text in pairwise(module.body):
        target = (
            node.target if isinstance(node, ast.AnnAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
        )
        said = text.value.value if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) else ""
        if isinstance(target, ast.Name) and target.id.isupper() and isinstance(said, str) and said.startswith(CHOICE):
            found.add(node.value)
    return found


def stated_figures(module: ast.Module, where: str = "") -> list[str]:
    """Figures with a unit that a source states: a literal given to a name with a unit, or as the default of such a field."""
    found, choices = [], choices_of_method(module)
    for name, value in named_values(module):
        if not has_unit(name) or value in choices:
            continue
        stated = value
        if isinstance(value, ast.Call):  # a field: its default counts, its limits (ge, le) do not
            stated = next((k.value for k in value.keywords if k.arg == "default"), None) or (
                value.args[0] if value.args and isinstance(value.args[0], ast.Constant) else value
            )
        if pure(stated):
            found += [f"{where}:{f.lineno}: {name} = {ast.unparse(value)}" for f in figures(stated)]
    return found


def kernels(path: Path) -> list[ast.FunctionDef]:
    return [
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(d, ast.Name) and d.id == "kernel" for d in node.decorator_list)
    ]


def kernel_faults(function: ast.FunctionDef) -> list[str]:
    """What a kernel does that compiled and interpreted code may do differently, or cannot do at all."""
    found = []
    body = [n for statement in function.body for n in ast.walk(statement)]
    for node in body:
        if isinstance(node, FORBIDDEN_IN_KERNELS):
            found.append(f"{node.lineno}: {type(node).__name__}")
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Pow | ast.MatMult):
            found.append(f"{node.lineno}: {type(node.op).__name__}; write x * x")
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called.startswith("np.") and called.removeprefix("np.") not in NUMPY_TYPES:
                found.append(f"{node.lineno}: {called}()")
            if called in {"math.hypot", "math.pow", "math.fsum", "math.dist", "pow", "sum", "print", "round", "sorted"}:
                found.append(f"{node.lineno}: {called}()")
        elif isinstance(node, ast.Slice):
            found.append(f"{node.lineno}: a slice; loop over the index")
    return found


def body_lines(function: ast.FunctionDef) -> int:
    """Lines of a function without its docstring and without lists of arguments, its own and those of its calls."""
    statements = function.body[1:] if ast.get_docstring(function) is not None else function.body
    lines = {n for statement in statements for n in range(statement.lineno, (statement.end_lineno or 0) + 1)}
    for node in (n for statement in statements for n in ast.walk(statement)):
        if isinstance(node, ast.Call):
            lines -= set(range(node.lineno + 1, (node.end_lineno or 0) + 1))
    return len(lines)


@pytest.mark.parametrize("path", SOURCES, ids=here)
def test_no_figure_with_a_unit_outside_catalogue_and_constants(path: Path) -> None:
    if not here(path).startswith(WITH_FIGURES):
        assert stated_figures(tree(path), here(path)) == []


@pytest.mark.parametrize("path", KERNEL_SOURCES, ids=here)
def test_kernels_use_math_loops_and_indexing_only(path: Path) -> None:
    faults = {f"{here(path)}:{k.name}": kernel_faults(k) for k in kernels(path)}
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize("path", SOURCES, ids=here)
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE, here(path)
    long = {
        node.name: body_lines(node)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and body_lines(node) > LONGEST_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize("path", SOURCES, ids=here)
def test_public_functions_say_what_they_do(path: Path) -> None:
    module = tree(path)
    places: list[ast.Module | ast.ClassDef] = [
        module,
        *(n for n in module.body if isinstance(n, ast.ClassDef) and not n.name.startswith("_")),
    ]
    silent = [
        node.name
        for place in places
        for node in place.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    assert silent == []


@pytest.mark.parametrize("path", SOURCES, ids=here)
def test_no_machine_paths_and_no_unfinished_business(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w.])/(?:home|root|work|Users|tmp|mnt)/\S*", text) == []
    assert re.findall(r"\b(?:TODO|FIXME|XXX|HACK)\b", text) == []


@pytest.mark.parametrize(
    ("text", "figures_found"),
    [
        ("range_km = 250.0", 1),
        ("def f(*, speed_mps: float = 340.0): ...", 1),
        ("make(height_m=12)", 1),
        ("row['power_w'] = 5e3", 1),
        ("x = {'beam_deg': 1.5}", 1),
        ("limit_s, count = 30, 4", 1),
        ("class A:\n    antenna_m: float = Field(default=7.0, gt=0, le=100)", 1),
        ("age_s = -5.0", 1),
        ("height_m = 3 * 1000.0", 2),
        ("def f(range_m=5): ...", 1),
        ("height_m = 0.0\nfirst_ns = -1\nstep_s = 1", 0),
        ("x_m = 1000.0 * range_km", 0),
        ("limit_km = Field(gt=0, le=2000)", 0),
        ("count = 12", 0),
        ("at_ns = number[3]", 0),
        ('STEP_S = 0.5\n"""Choice of the method: step of the difference quotient."""', 0),
        ('STEP_S: Final = 0.5\n"""Choice of the method: step of the difference quotient."""', 0),
        ('RANGE_KM = 250.0\n"""How far it reaches."""', 1),
        ('RANGE_KM = 250.0\n\nSTEP_S = 0.5\n"""Choice of the method: step."""', 1),
        ('range_km = 250.0\n"""Choice of the method: none."""', 1),
        ('class A:\n    RANGE_KM = 250.0\n    """Choice of the method: none."""', 1),
    ],
)
def test_the_rule_finds_figures(text: str, figures_found: int) -> None:
    assert len(stated_figures(ast.parse(text))) == figures_found


@pytest.mark.parametrize(
    ("body", "clean"),
    [
        ("return x * x", True),
        ("return np.uint64(x) & y", True),
        ("return math.sqrt(x)", True),
        ("return x ** 2", False),
        ("return math.hypot(x, y)", False),
        ("return np.sum(x)", False),
        ("return [a for a in x]", False),
        ("return x[1:]", False),
        ("print(x)", False),
        ("try:\n        return x\n    except ValueError:\n        return y", False),
    ],
)
def test_the_rule_finds_faults_of_kernels(body: str, clean: bool) -> None:
    function = ast.parse(f"@kernel\ndef f(x, y):\n    {body}").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert (kernel_faults(function) == []) is clean
