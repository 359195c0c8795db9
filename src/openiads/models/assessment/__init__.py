"""Family: assessment."""
