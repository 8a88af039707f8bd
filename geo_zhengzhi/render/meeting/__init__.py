"""A meeting's file: its deck, and the pages, slides, tables and layers that are drawn of it."""
