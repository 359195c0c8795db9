"""Family: network."""
