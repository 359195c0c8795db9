"""Physics as pure functions on arrays: no clock, no chance, no files."""
