"""Family: tracking."""
