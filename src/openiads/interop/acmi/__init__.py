"""Tacview ACMI 2.2: a run as text or zip, and a strict reader of the same."""
