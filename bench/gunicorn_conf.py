"""Gunicorn as it comes: what is compared is told on the command line."""
