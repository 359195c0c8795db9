"""Family: motion."""
