"""Room: records."""
