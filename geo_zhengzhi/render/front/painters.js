// One painter for each type of layer.

const TINY_TARGET_PX = 24;
const TINY_FINDING_PX = 8;
const NARROW_BAND_PX = 3.5;

function flatten(paths) {
  return paths.reduce((all, path) => all.concat(path.getLayers ? path.getLayers() : [path]), []);
}

// Steps of 1e-5 degrees, one list a line or ring, as a page of the application has them, to GeoJSON.
function unpacked(shape) {
  const unpack = (steps) => {
    if (Array.isArray(steps[0])) { return steps.map(unpack); }
    const line = [];
    for (let i = 0, x = 0, y = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      line.push([x / 1e5, y / 1e5]);
    }
    return line;
  };
  return { type: shape.type, coordinates: unpack(shape.packed) };
}

const PAINTERS = {
  outline(view, layer, feature) {
    if (!view.hasTiles) { view.path(layer.group, 'land', feature.shape, 'zz-land'); }
    view.path(layer.group, 'outline', feature.shape, 'zz-outline');
    linesOf(feature.shape.coordinates).forEach((places) => view.edges.push({ group: layer.group, half: 0, places }));
  },

  heat(view, layer, feature) {
    if (feature.area) { view.heat(layer, feature); return; }
    view.path(layer.group, 'heat', feature.shape, 'zz-heat zz-heat-' + feature.class);
  },

  railways(view, layer, feature) {
    railway(view, layer.group, feature.shape, RAIL_PX);
  },

  targets(view, layer, feature) {
    if (feature.band) { corridor(view, layer, feature); } else { area(view, layer, feature); }
  },

  zones(view, layer, feature) {
    finding(view, layer, feature, 'zones', ['zz-veil', 'zz-zone']);
  },

  candidates(view, layer, feature) {
    finding(view, layer, feature, 'zones', ['zz-veil', 'zz-candidate']);
  },

  hotspots(view, layer, feature) {
    const click = finding(view, layer, feature, 'hotspots', ['zz-hotspot-0', 'zz-hotspot']);
    if (feature.rank > 20) { return; }
    view.symbols.add(layer.group, {
      at: feature.at, rank: feature.rank <= 3 ? feature.rank : 100 + feature.rank, must: feature.rank <= 3, moves: true,
      icon: element('div', 'zz-rank' + (feature.rank > 3 ? ' zz-low' : ''), feature.rank),
      dot: element('div', 'zz-dot'), click, label: feature.popup.title + ' ' + feature.popup.subtitle,
    });
  },

  stations(view, layer, feature) {
    const name = element('span', '', feature.name);
    view.symbols.add(layer.group, { at: feature.at, rank: 200, icon: element('div', 'zz-station'), name });
  },

  places(view, layer, feature, index) {
    const name = element('span', '', feature.name);
    view.symbols.add(layer.group, { at: feature.at, rank: 400 + index, icon: element('div', 'zz-place'), name, together: true });
  },
};

// Two paths, the lower one a casing or a veil; hidden while they would be a speck.
function finding(view, layer, feature, pane, classes) {
  const bounds = boundsOf(feature.shape);
  const click = view.register(feature, bounds, layer);
  const lower = view.path(layer.group, pane, feature.shape, classes[0]);
  const upper = view.path(layer.group, pane, feature.shape, classes[1], click, tooltipLine(feature.popup));
  view.whenSized([lower, upper], () => view.pixels(bounds) < TINY_FINDING_PX);
  return click;
}

function area(view, layer, feature) {
  const bounds = boundsOf(feature.shape);
  const click = view.register(feature, bounds, layer);
  const casing = view.path(layer.group, 'targets', feature.shape, 'zz-casing');
  const line = view.path(layer.group, 'targets', feature.shape, 'zz-target zz-' + feature.level, click, tooltipLine(feature.popup));
  const isTiny = () => view.pixels(bounds) < TINY_TARGET_PX;
  view.whenSized([casing, line], isTiny);
  const symbol = badge(view, layer, feature, click);
  view.whenZoomed(() => {
    symbol.lift = isTiny() ? 0 : 12;
    symbol.at = isTiny() ? feature.at : feature.top;
    symbol.marker.setLatLng(symbol.at);
  });
}

function corridor(view, layer, feature) {
  const click = view.register(feature, boundsOf(feature.shape), layer);
  const isNarrow = () => feature.half_width_m / metresPerPixel(view.map, feature.at[0]) < NARROW_BAND_PX;
  const band = view.path(layer.group, 'targets', feature.band, 'zz-band', click, tooltipLine(feature.popup));
  const narrow = ['zz-narrow-0', 'zz-narrow-1'].map(
    (name) => view.path(layer.group, 'band', feature.shape, name, click, tooltipLine(feature.popup)));
  view.whenSized([band], isNarrow);
  view.whenSized(narrow, () => !isNarrow());
  railway(view, layer.group, feature.shape, LISTED_RAIL_PX);
  badge(view, layer, feature, click);
  ticks(view, layer, feature.ticks);
}

// A line that runs rather east than north has its name above it, not beside it.
function isWide(feature) {
  if (!feature.band) { return false; }
  const bounds = boundsOf(feature.shape);
  const north = bounds.getNorth() - bounds.getSouth();
  return (bounds.getEast() - bounds.getWest()) * Math.cos((feature.at[0] * Math.PI) / 180) > north;
}

// Every line or ring of GeoJSON's nested coordinates as latitudes and longitudes.
function linesOf(coordinates) {
  if (!coordinates || !coordinates.length) { return []; }
  if (typeof coordinates[0][0] === 'number') { return [coordinates.map(([lng, lat]) => [lat, lng])]; }
  return coordinates.reduce((all, inner) => all.concat(linesOf(inner)), []);
}

function railway(view, group, shape, half) {
  view.path(group, 'rail', shape, 'zz-rail-0');
  view.path(group, 'rail', shape, 'zz-rail-1');
  linesOf(shape.coordinates).forEach((places) => view.symbols.lines.push({ group, half, places }));
}

function boundsOf(shape) {
  return L.geoJSON(shape).getBounds();
}

function metresPerPixel(map, latitude) {
  return (156543.03392 * Math.cos((latitude * Math.PI) / 180)) / Math.pow(2, map.getZoom());
}

// Ticks every 5 km, 1 km or 100 m as the map comes closer; every second one carries its distance from the line's zero.
// Only those in sight are on the page.
function ticks(view, layer, steps) {
  const group = L.layerGroup();
  layer.group.addLayer(group);
  const draw = () => {
    view.symbols.remove(group);
    const step = stepAt(view.map.getZoom());
    if (!step || !view.map.hasLayer(layer.group)) { return; }
    const bounds = view.map.getBounds();
    steps[step].forEach((piece) => piece.forEach(([lat, lng, bearing, metres]) => {
      if (bounds.contains([lat, lng])) { tick(view, group, [lat, lng], bearing, metres / 1000, (metres / step) % 2 === 0); }
    }));
  };
  view.whenMoved(draw);
}

function stepAt(zoom) {
  return zoom < 9.5 ? 0 : zoom < 13 ? 5000 : zoom < 15.5 ? 1000 : 100;
}

function tick(view, group, at, bearing, kilometres, isNamed) {
  const mark = element('div', 'zz-tick-mark');
  const line = element('div', 'zz-tick');
  line.style.transform = 'rotate(' + (bearing + 90) + 'deg)';
  mark.appendChild(line);
  const name = isNamed ? element('span', 'zz-tick-name', String(Math.round(kilometres * 10) / 10).replace('-', '\u2212') + ' km') : null;
  view.symbols.add(group, { at, rank: 300, must: true, isThin: true, icon: mark, name });
}

function badge(view, layer, feature, click) {
  const picture = svg('svg', { viewBox: '0 0 16 16' }, [
    svg('path', { class: 'zz-badge-glyph', d: view.settings.glyphs[feature.kind] }),
  ]);
  const box = element('div', 'zz-badge' + (feature.worse ? ' zz-is-worse' : ''));
  box.appendChild(picture);
  return view.symbols.add(layer.group, {
    at: feature.at, rank: 50 - Math.min(45, Math.log(1 + feature.weight)), moves: true, icon: box,
    name: element('span', 'zz-target-name', feature.name), dot: element('div', 'zz-dot zz-blue'), click, isAlong: isWide(feature),
    label: feature.popup.title,
  });
}

function patterns() {
  const accent = '#1A4E8A';
  return svg('svg', { class: 'zz-defs', 'aria-hidden': 'true' }, [svg('defs', {}, [
    svg('pattern', { id: 'zz-hatch', width: 7, height: 7, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' }, [
      svg('path', { d: 'M0 0V7', stroke: accent, 'stroke-width': 1.6, 'stroke-opacity': 0.75 }),
    ]),
    svg('pattern', { id: 'zz-dots', width: 7, height: 7, patternUnits: 'userSpaceOnUse' }, [
      svg('circle', { cx: 2, cy: 2, r: 1, fill: accent, 'fill-opacity': 0.8 }),
    ]),
  ])]);
}

const Crosses = L.GridLayer.extend({
  createTile() {
    return svg('svg', { class: 'zz-cross', width: 128, height: 128 }, [svg('path', { d: 'M60 64h8M64 60v8' })]);
  },
});
