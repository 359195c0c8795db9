"""Room: scenario."""
