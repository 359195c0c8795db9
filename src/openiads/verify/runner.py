"""Runs cases: finds the adapter of a topic, calls it, compares."""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from openiads.errors import OpeniadsError
from openiads.verify.cases import Case
from openiads.verify.compare import error_in_tolerances, plain
from openiads.verify.inputs import NotBuiltError
from openiads.verify.report import Result

Adapter = Callable[[Mapping[str, Any]], Any]

MODULES = ("radar", "sensing", "detection", "statistics", "environment", "motion", "tracking")
"""Modules of this package with a mapping `ADAPTERS`; one that is not there yet leaves its topics without an answer."""


@cache
def adapters() -> Mapping[str, Adapter]:
    """Topic to adapter, over all modules that are present. Each topic stands in one module."""
    found: dict[str, Adapter] = {}
    for module in MODULES:
        name = f"openiads.verify.{module}"
        try:
            table = import_module(name).ADAPTERS
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            continue
        twice = found.keys() & table.keys()
        if twice:
            raise RuntimeError(f"topics {sorted(twice)} have two adapters")
        found.update(table)
    return found


def verify(cases: Iterable[Case]) -> tuple[Result, ...]:
    """The result of every case, in order."""
    return tuple(check_case(case) for case in cases)


def check_case(case: Case, table: Mapping[str, Adapter] | None = None) -> Result:
    """Result of one case. A mistake in its inputs is a failure of the case, told in its message, and ends nothing."""
    adapter = (adapters() if table is None else table).get(case.topic)
    if adapter is None:
        return Result(case, built=False, error=math.inf, message="")
    try:
        answer = adapter(case.inputs)
    except NotBuiltError as error:
        return Result(case, built=False, error=math.inf, message=str(error))
    except (OpeniadsError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        reason = f"the inputs lack {error}" if isinstance(error, KeyError) else f"{type(error).__name__}: {error}"
        return Result(case, built=True, error=math.inf, message=reason)
    if not isinstance(answer, Mapping):
        answer = dict.fromkeys(case.expected, answer) if len(case.expected) == 1 else {}
    return _compared(case, answer)


def _compared(case: Case, answer: Mapping[str, Any]) -> Result:
    worst, messages = 0.0, []
    for name, expected in case.expected.items():
        if name not in answer:
            worst = math.inf
            messages.append(f"these inputs give no {name}")
            continue
        error = error_in_tolerances(answer[name], expected, rtol=case.rtol, atol=case.atol)
        worst = max(worst, error)
        if error > 1.0:
            messages.append(f"{name} is {plain(answer[name])!r}, expected {expected!r}")
    return Result(case, built=True, error=worst, message="; ".join(messages))
