"""Elevation files, a folder of them as one terrain, profiles along a path, and skylines: what terrain hides from a site."""
