"""The viewer: a small read-only server on loopback and a page that plays a run; `export` writes the same page as one file."""
