"""Runs files of truth cases against the public functions: values that others printed, or that we worked out separately.

One adapter per topic reads the inputs of a case and calls the function that answers; the modules listed in `runner.MODULES` hold
them, each in a mapping `ADAPTERS` from topic to function.
"""

from openiads.verify.cases import Case, CasesError, load_cases
from openiads.verify.report import Result, Topic, report_lines, summarize
from openiads.verify.runner import adapters, check_case, verify

__all__ = [
    "Case",
    "CasesError",
    "Result",
    "Topic",
    "adapters",
    "check_case",
    "load_cases",
    "report_lines",
    "summarize",
    "verify",
]
