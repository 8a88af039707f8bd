"""Pictures: the Folium map, its words made harmless, its assets made local."""
