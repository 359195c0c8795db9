"""Runs truth cases against the public functions."""
