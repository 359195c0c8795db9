"""The study bench: claims, parties, and what their disagreement turns on. Every result holds in this model only."""
