"""Identification: friend, foe or neutral, with errors."""
