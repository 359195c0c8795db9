"""Keyed random numbers: the same key gives the same draw, whoever asks, in whatever order."""
