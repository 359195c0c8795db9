"""Command: rules of engagement and decisions."""
