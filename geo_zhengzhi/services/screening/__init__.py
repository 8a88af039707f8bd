"""The twice-yearly screening (两次排查)."""
