"""Hotspot mapping for people who look after public safety by place."""

__version__ = "0.1.0"
