"""Defensive fighters as a coarse resource: bases with pairs that a command post sends at tracks. No dogfight, no weapons."""
