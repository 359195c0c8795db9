"""Shaded relief from the user's elevation files, as one picture under the map."""
