"""What the commander's screen shows: a situation, its figures, its maps, kept and worked out ahead."""
