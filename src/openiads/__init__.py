"""An open simulator and study bench of an integrated air-defence system, from public figures.

Every result holds in this model only.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openiads import coverage
    from openiads.api import Run, counterfactual, exposure_table, ledger, load_scenario, measures, open_run, replay, run
    from openiads.comparing import Comparison, compare
    from openiads.errors import OpeniadsError
    from openiads.interop.formats import export, import_file

__version__ = "0.1.0.dev0"
__all__ = [
    "Comparison",
    "OpeniadsError",
    "Run",
    "__version__",
    "compare",
    "counterfactual",
    "coverage",
    "export",
    "exposure_table",
    "import_file",
    "ledger",
    "load_scenario",
    "measures",
    "open_run",
    "replay",
    "run",
]

_HOMES = dict.fromkeys(
    ("Run", "counterfactual", "exposure_table", "ledger", "load_scenario", "measures", "open_run", "replay", "run"),
    "openiads.api",
)
_HOMES |= dict.fromkeys(("Comparison", "compare"), "openiads.comparing")
_HOMES["OpeniadsError"] = "openiads.errors"
_HOMES |= dict.fromkeys(("export", "import_file"), "openiads.interop.formats")


def __getattr__(name: str) -> Any:
    """Public names are imported when they are first used, so that `import openiads` is quick."""
    if name == "coverage":
        return import_module("openiads.coverage")
    if name not in _HOMES:
        raise AttributeError(f"module 'openiads' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
