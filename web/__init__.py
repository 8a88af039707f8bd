"""The site: one console page, its map as a file, and the background's tiles."""

from web.app import create_app

__all__ = ["create_app"]
