"""Room: physics."""
