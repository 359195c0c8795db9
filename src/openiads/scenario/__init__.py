"""What a scenario may say, and how it is read: schema, loader with places of errors, paths, variants, checks."""
