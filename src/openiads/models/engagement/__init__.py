"""Family: engagement."""
