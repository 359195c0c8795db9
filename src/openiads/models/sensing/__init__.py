"""Family: sensing."""
