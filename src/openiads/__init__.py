"""An open simulator and study bench of an integrated air-defence system, from public figures."""

__version__ = "0.1.0.dev0"
