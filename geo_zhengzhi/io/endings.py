"""The endings of the files in which incidents come; apart from their readers, so that asking for them costs nothing."""

TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
PARQUET_ENDINGS = (".parquet", ".geoparquet")
GEOMETRY_ENDINGS = (".geojson", ".json", ".gpkg", ".zip")
ENDINGS = (*TEXT_ENDINGS, ".xlsx", *PARQUET_ENDINGS, *GEOMETRY_ENDINGS)
SHAPE_ENDINGS = (*GEOMETRY_ENDINGS, ".kml")  # of files with boundaries
