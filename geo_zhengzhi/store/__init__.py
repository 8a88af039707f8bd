"""The memory: one schema on SQLite (a valid GeoPackage) and on PostgreSQL with PostGIS."""
