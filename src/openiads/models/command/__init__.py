"""Family: command."""
