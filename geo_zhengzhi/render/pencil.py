"""The element that joins a Folium map to the planner's page: it brings the editor and hands the map over."""

from branca.element import MacroElement
from folium.template import Template

from geo_zhengzhi.render.assets import asset_at
from geo_zhengzhi.render.elements import CountyMap


class Pencil(MacroElement):
    """Puts the editor's script into the head, and tells the page which map is to be drawn on; after every other."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        window.zhengzhiPencil = { map: {{ this._parent.get_name() }} };
        {% endmacro %}
    """)


def with_pencil(county_map: CountyMap) -> CountyMap:
    """A county's map on which a page can draw."""
    county_map.default_js = [
        *county_map.default_js,
        ("leaflet_editable", asset_at("leaflet-editable/Leaflet.Editable.js").file),
    ]
    county_map.add_child(Pencil())
    return county_map
