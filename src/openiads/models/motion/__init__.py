"""Motion: where an object is, as the scenario states it."""
