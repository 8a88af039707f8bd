"""The picture's layers in drawing order, each with its words for the legend; a layer without features is not there."""

from dataclasses import dataclass
from typing import Any

from geo_zhengzhi.render.findings import heat_features, hotspot_features, zone_features
from geo_zhengzhi.render.ground import named_points, shape_features
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.render.symbols import SWATCHES, badge_swatch
from geo_zhengzhi.render.targets import KIND_WORDS, target_features


@dataclass(frozen=True)
class Layer:
    """
    One layer, and one line of the legend.

    Parameters
    ----------
    layer_id : str
        Name in events and in the page's address.
    type : str
        How the page paints its features.
    label : str
        In the picture's language.
    swatch : str
        SVG content of 24 × 14; "" where the legend draws the layer itself.
    features : list of dict
        See the modules that make them.
    """

    layer_id: str
    type: str
    label: str
    swatch: str
    features: list[dict[str, Any]]

    def model(self) -> dict[str, Any]:
        """The layer as data for the page."""
        return {
            "id": self.layer_id,
            "type": self.type,
            "label": self.label,
            "swatch": self.swatch,
            "features": self.features,
        }


def scene_layers(scene: Scene) -> list[Layer]:
    """All layers of a picture that hold something, lowest first."""
    _, result, context = scene.translate, scene.result, scene.context
    found = [
        Layer("outline", "outline", _("County outline, generalised"), SWATCHES["outline"],
              shape_features(scene, context.outline)),
        Layer("heat", "heat", _("Density"), "", heat_features(scene)),
        Layer("railways", "railways", _("Railway"), SWATCHES["railways"], shape_features(scene, context.railways)),
        *_target_layers(scene),
        Layer("zones", "zones", _("Remediation zone"), SWATCHES["zones"],
              zone_features(scene, result.zones, candidate=False)),
        Layer("candidates", "candidates", _("Candidate"), SWATCHES["candidates"],
              zone_features(scene, result.candidates, candidate=True)),
        Layer("hotspots", "hotspots", _("Hotspot, by rank"), SWATCHES["hotspots"], hotspot_features(scene)),
        Layer("stations", "stations", _("Station"), SWATCHES["stations"], named_points(scene, context.stations)),
        Layer("places", "places", _("Place name"), SWATCHES["places"], named_points(scene, context.places)),
    ]  # fmt: skip
    return [layer for layer in found if layer.features]


def _target_layers(scene: Scene) -> list[Layer]:
    """One layer for each kind of target."""
    return [
        Layer(f"target-{kind}", "targets", scene.translate(KIND_WORDS[kind]), badge_swatch(kind), features)
        for kind, features in target_features(scene).items()
    ]
