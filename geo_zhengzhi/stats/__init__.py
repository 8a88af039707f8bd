"""Counts compared honestly."""
