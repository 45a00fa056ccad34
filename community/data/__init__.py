"""Lists kept as data."""
