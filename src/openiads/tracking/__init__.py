"""Tracking: from plots to tracks, one picture per node.

`records` holds the arrays, `measurement` makes positions of plots, `filters` predicts and updates, `gating`, `assignment`
and `life` are the steps of one scan, `step` puts them together, `remote` takes tracks from other nodes, `metrics` scores.
Nothing is imported here, so that a caller pays only for what it uses.
"""
