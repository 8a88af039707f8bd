"""Doors for files: incidents, targets and context layers in, results out."""
