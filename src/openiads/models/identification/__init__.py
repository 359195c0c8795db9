"""Family: identification."""
