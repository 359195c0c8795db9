"""Measures of a run by name, each with its definition, unit and interval.

`registry` holds them all; `measure(data, names)` works some of them out. A measure gives two numbers for every replication
(`Sample`), from which its kind makes the estimate; whoever pairs or pools runs works on the samples.
"""

from openiads.results.measures.base import Kind, Measure, Measured, Sample
from openiads.results.measures.data import RunData
from openiads.results.measures.table import available, measure, parse, registry

__all__ = ["Kind", "Measure", "Measured", "RunData", "Sample", "available", "measure", "parse", "registry"]
