"""Engagement: missiles as envelope, time of flight and kill probability."""
