"""Use cases: gather, compute, apply."""
