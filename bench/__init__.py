"""Benchmarks: each one command whose last line is one JSON object."""
