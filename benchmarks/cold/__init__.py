"""Whole programs, timed from the start of their process to its end."""
