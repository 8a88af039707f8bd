"""A Folium map for the planner's page: with the editor, and handed over to the page."""

from geo_zhengzhi.render.assets import asset_at
from geo_zhengzhi.render.elements import CountyMap, Pencil


def with_pencil(county_map: CountyMap) -> CountyMap:
    """A county's map on which a page can draw."""
    county_map.default_js = [
        *county_map.default_js,
        ("leaflet_editable", asset_at("leaflet-editable/Leaflet.Editable.js").file),
    ]
    county_map.add_child(Pencil())
    return county_map
