"""Tracking: how a node starts, keeps and drops tracks."""
