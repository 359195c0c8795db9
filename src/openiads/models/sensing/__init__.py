"""Sensing: radars and what they see."""
