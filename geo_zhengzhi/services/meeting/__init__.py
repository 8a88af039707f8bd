"""Files for a meeting: gathered, protected, drawn, verified."""
