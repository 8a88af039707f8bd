"""
The elements a picture is made of, as Folium knows them.

Each has its own template and its own lists of assets, so that nothing here changes Folium's classes for the rest of
the process, and none of Folium's templates writes a word that came from a file.
"""

from importlib.resources import files
from typing import Any

import folium
from branca.element import MacroElement
from folium.template import Template

from geo_zhengzhi.render.assets import asset_at
from geo_zhengzhi.render.layers import Layer
from geo_zhengzhi.render.safe_text import script_json
from geo_zhengzhi.render.scene import Scene

SCRIPTS = (
    "symbols.js",
    "cards.js",
    "legend.js",
    "heat.js",
    "painters.js",
    "inset.js",
    "map.js",
)  # in the order in which they need each other


def front_file(name: str) -> str:
    """A style sheet or script of this package."""
    return (files("geo_zhengzhi.render") / "front" / name).read_text(encoding="utf-8")


class CountyMap(folium.Map):
    """
    A Folium map that asks for Leaflet alone, and remembers the scene it shows.

    Parameters
    ----------
    scene : Scene
    location : (latitude, longitude)
        Where it starts; the page fits it to the scene.
    max_zoom : int
        The closest zoom.
    """

    _template = Template("""
        {% macro html(this, kwargs) %}
        <div class="folium-map zhengzhi-map" id="{{ this.get_name() }}" lang="{{ this.html_language }}"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map("{{ this.get_name() }}", {{ this.options_json }});
        {% endmacro %}
    """)

    def __init__(self, scene: Scene, location: tuple[float, float], max_zoom: int) -> None:
        super().__init__(location=location, tiles=None, zoom_start=10, max_zoom=max_zoom)
        self.default_js = [("leaflet", asset_at("leaflet/leaflet.js").file)]
        self.default_css = [("leaflet_css", asset_at("leaflet/leaflet.css").file)]
        self.scene = scene
        self.html_language = "zh-CN" if scene.language == "zh" else "en"
        self.options_json = script_json(
            {
                "center": self.location,
                "zoom": 10,
                "minZoom": 5,
                "maxZoom": max_zoom,
                "zoomSnap": 1 if scene.background else 0.25,  # tiles are sharp at whole zooms only
                "zoomControl": False,
                "attributionControl": False,
            }
        )


class Look(MacroElement):
    """The style sheet and the scripts of this package, and the words they need; before every other element."""

    _template = Template("""
        {% macro header(this, kwargs) %}<style>{{ this.style }}</style>{% endmacro %}
        {% macro script(this, kwargs) %}
        {{ this.scripts }}
        zhengzhi.start({{ this._parent.get_name() }}, {{ this.settings }});
        {% endmacro %}
    """)

    own_scripts: tuple[str, ...] = SCRIPTS

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__()
        self._name = "Look"
        self.style = front_file("map.css")
        body = "\n".join(front_file(name) for name in self.own_scripts)
        self.scripts = f"(function () {{\n'use strict';\n{body}\n}}());"
        self.settings = script_json(settings)


class Tiles(MacroElement):
    """
    Background tiles through the application's own route.

    `is_served` is False while the map is written to a file: opened from disk, that has nobody to ask.
    """

    _template = Template("""
        {% macro script(this, kwargs) %}
        {%- if this.is_served %}
        zhengzhi.tiles({{ this.options }});
        {%- endif %}
        {% endmacro %}
    """)

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__()
        self._name = "Tiles"
        self.is_served = True
        self.options = script_json(options)


class KeptTiles(Tiles):
    """Background tiles that the page itself holds, and shows with nobody to ask."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        zhengzhi.tiles({{ this.options }});
        {% endmacro %}
    """)


class LayerElement(MacroElement):
    """One layer of the picture, as data."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        zhengzhi.layer({{ this.data }});
        {% endmacro %}
    """)

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        self._name = "Layer"
        self.layer = layer
        self.data = script_json(layer.model())


class Finish(MacroElement):
    """Draws what was handed over; after every other element."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        zhengzhi.finish();
        {% endmacro %}
    """)

    def __init__(self) -> None:
        super().__init__()
        self._name = "Finish"


class Pencil(MacroElement):
    """Puts the editor's script into the head, and tells the page which map is to be drawn on; after every other."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        window.zhengzhiPencil = { map: {{ this._parent.get_name() }} };
        {% endmacro %}
    """)

    def __init__(self) -> None:
        super().__init__()
        self._name = "Pencil"
