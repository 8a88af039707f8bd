// The picture: panes, painters for each type of layer, focus, keys, printing. Data come from the page as JSON.

const PANES = ['band', 'heat', 'grid', 'outline', 'rail', 'targets', 'zones', 'hotspots'];
const TINY_TARGET_PX = 24;
const TINY_FINDING_PX = 8;
const NARROW_BAND_PX = 3.5;
const CLOSEST_FOCUS = 16;

class View {
  constructor(map, settings) {
    this.map = map;
    this.settings = settings;
    this.layers = [];
    this.places = {};
    this.sized = [];
    this.hasTiles = false;
    this.zoomed = [];
    this.moved = [];
    map.createPane('zz-land').style.zIndex = 290;
    PANES.forEach((name, index) => {
      const pane = map.createPane('zz-' + name);
      pane.style.zIndex = 300 + 10 * index;
      pane.classList.add('zz-pane-' + name);
    });
    map.createPane('zz-symbols').style.zIndex = 600;
    map.getContainer().appendChild(patterns());
    this.symbols = new Symbols(map);
    this.popup = L.popup({ maxWidth: 340, minWidth: 240, autoPanPadding: [16, 16] });
    map.on('zoomend', () => this.resize());
    map.on('moveend', () => this.moved.forEach((draw) => draw()));
  }

  // A path in a pane; Leaflet's own style gives way to the class.
  path(group, pane, shape, className, click, tip) {
    const drawn = L.geoJSON(shape, {
      pane: 'zz-' + pane, interactive: Boolean(click), bubblingMouseEvents: false,
      style: () => ({ className, renderer: this.renderer(pane) }),
    });
    if (click) { drawn.on('click', (event) => click(event.latlng)); }
    if (tip) { drawn.bindTooltip(tip, { sticky: true }); }
    group.addLayer(drawn);
    return drawn;
  }

  renderer(pane) {
    this.renderers = this.renderers || {};
    this.renderers[pane] = this.renderers[pane] || L.svg({ pane: 'zz-' + pane, padding: 0.3 });
    return this.renderers[pane];
  }

  // Paths that give way when what they show is too small on the screen, or that stand in for it.
  whenSized(paths, isHidden) {
    this.sized.push({ elements: () => flatten(paths).map((path) => path.getElement()).filter(Boolean), isHidden });
  }

  whenZoomed(act) {
    this.zoomed.push(act);
  }

  whenMoved(draw) {
    this.moved.push(draw);
  }

  resize() {
    this.zoomed.forEach((act) => act());
    this.sized.forEach((entry) => {
      const hidden = entry.isHidden();
      entry.elements().forEach((path) => path.classList.toggle('zz-hidden', hidden));
    });
  }

  // Larger side on the screen of a box of latitudes and longitudes, px.
  pixels(bounds) {
    const a = this.map.latLngToLayerPoint(bounds.getNorthWest());
    const b = this.map.latLngToLayerPoint(bounds.getSouthEast());
    return Math.max(Math.abs(b.x - a.x), Math.abs(b.y - a.y));
  }

  register(feature, bounds, layer) {
    this.places[feature.id] = { feature, bounds, layer };
    return (at) => this.select(feature.id, at);
  }

  select(id, at) {
    const place = this.places[id];
    this.popup.setLatLng(at || L.latLng(place.feature.at)).setContent(popupCard(place.feature.popup)).openOn(this.map);
    document.dispatchEvent(new CustomEvent('zhengzhi:select', { bubbles: true, detail: { id } }));
  }

  focus(id) {
    const place = this.places[id];
    if (!place) { return false; }
    if (!this.map.hasLayer(place.layer.group)) { this.show(place.layer.id, true); }
    this.map.fitBounds(place.bounds.pad(0.6), { maxZoom: CLOSEST_FOCUS, animate: false });
    this.popup.setLatLng(place.feature.at).setContent(popupCard(place.feature.popup)).openOn(this.map);
    return true;
  }

  show(id, on) {
    this.setLayers(this.shown().filter((one) => one !== id).concat(on ? [id] : []));
  }

  setLayers(ids) {
    const before = this.shown().join();
    this.layers.forEach((layer) => {
      const on = ids.indexOf(layer.id) >= 0;
      if (on) { this.map.addLayer(layer.group); } else { this.map.removeLayer(layer.group); }
      if (layer.box) { layer.box.checked = on; }
    });
    if (this.shown().join() === before) { return; }
    this.resize();
    this.moved.forEach((draw) => draw());
    document.dispatchEvent(new CustomEvent('zhengzhi:layers', { bubbles: true, detail: { layers: this.shown() } }));
  }

  shown() {
    return this.layers.filter((layer) => this.map.hasLayer(layer.group)).map((layer) => layer.id);
  }

  add(layer) {
    layer.group = L.featureGroup();
    this.layers.push(layer);
    layer.features.forEach((feature, index) => PAINTERS[layer.type](this, layer, feature, index));
    this.map.addLayer(layer.group);
  }

  fit() {
    this.map.fitBounds(this.settings.bounds, { paddingTopLeft: [16, 16], paddingBottomRight: [16, 24], animate: false });
  }
}

function flatten(paths) {
  return paths.reduce((all, path) => all.concat(path.getLayers ? path.getLayers() : [path]), []);
}

const PAINTERS = {
  outline(view, layer, feature) {
    if (!view.hasTiles) { view.path(layer.group, 'land', feature.shape, 'zz-land'); }
    view.path(layer.group, 'outline', feature.shape, 'zz-outline');
  },

  heat(view, layer, feature) {
    view.path(layer.group, 'heat', feature.shape, 'zz-heat zz-heat-' + feature.class);
  },

  railways(view, layer, feature) {
    railway(view, layer.group, feature.shape);
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
  railway(view, layer.group, feature.shape);
  badge(view, layer, feature, click);
  ticks(view, layer, feature.ticks);
}

function railway(view, group, shape) {
  view.path(group, 'rail', shape, 'zz-rail-0');
  view.path(group, 'rail', shape, 'zz-rail-1');
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
    steps[step].forEach((piece) => piece.forEach(([lat, lng, bearing], index) => {
      if (bounds.contains([lat, lng])) { tick(view, group, [lat, lng], bearing, ((index + 1) * step) / 1000, index % 2); }
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
  const name = isNamed ? element('span', 'zz-tick-name', Math.round(kilometres * 10) / 10 + ' km') : null;
  view.symbols.add(group, { at, rank: 300, must: true, icon: mark, name });
}

function badge(view, layer, feature, click) {
  const picture = svg('svg', { viewBox: '0 0 16 16' }, [
    svg('path', { class: 'zz-badge-glyph', d: view.settings.glyphs[feature.kind] }),
  ]);
  const box = element('div', 'zz-badge' + (feature.worse ? ' zz-is-worse' : ''));
  box.appendChild(picture);
  return view.symbols.add(layer.group, {
    at: feature.at, rank: 50 - Math.min(45, Math.log(1 + feature.weight)), moves: true, icon: box,
    name: element('span', 'zz-target-name', feature.name), dot: element('div', 'zz-dot zz-blue'), click,
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

let current = null;

function start(map, settings) {
  current = new View(map, settings);
  map.getContainer().setAttribute('role', 'region');
  map.getContainer().setAttribute('aria-label', settings.words.map);
}

function tiles(options) {
  current.hasTiles = true;
  current.tiles = L.tileLayer(options.address, {
    maxNativeZoom: options.maxZoom, maxZoom: options.maxZoom, attribution: options.attribution,
  }).addTo(current.map);
}

function finish() {
  const { map, settings } = current;
  const credits = L.control.attribution({ position: 'bottomleft', prefix: false }).addTo(map);
  settings.attributions.forEach((text) => credits.addAttribution(text));
  footer(map, settings);
  L.control.zoom({ position: 'topleft', zoomInTitle: settings.words.zoomIn, zoomOutTitle: settings.words.zoomOut }).addTo(map);
  control(map, 'topleft', northMark(settings.words.north));
  const legend = control(map, 'topright', legendCard(current, settings));
  if (map.getSize().x < 560) { legend.classList.add('zz-closed'); }
  if (!current.hasTiles) { new Crosses({ pane: 'zz-grid', tileSize: 128 }).addTo(map); }
  settle(map, current);
  keys(map, legend);
  printing(map);
  window.zhengzhi.ready = true;
  document.dispatchEvent(new CustomEvent('zhengzhi:ready', { bubbles: true }));
}

// Fit now, and again when a container that had no size gets one.
function settle(map, view) {
  view.fit();
  view.resize();
  if (map.getSize().x === 0) { map.once('resize', () => view.fit()); }
}

function keys(map, legend) {
  document.addEventListener('keydown', (event) => {
    const field = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== 'checkbox';
    if (field || event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === 'Escape') { map.closePopup(); }
    if (event.key === 'l' || event.key === 'L') { legend.classList.toggle('zz-closed'); }
  });
}

// Paper has a fixed width: the same ground is fitted into it, and the screen's view comes back afterwards.
function printing(map) {
  let before = null;
  window.addEventListener('beforeprint', () => {
    if (!document.body.classList.contains('zz-sheet')) { return; }
    before = { bounds: map.getBounds(), center: map.getCenter(), zoom: map.getZoom() };
    document.body.classList.add('zz-printing');
    map.invalidateSize({ animate: false, pan: false });
    map.fitBounds(before.bounds, { animate: false });
    current.symbols.arrange();
  });
  window.addEventListener('afterprint', () => {
    if (!before) { return; }
    document.body.classList.remove('zz-printing');
    map.invalidateSize({ animate: false, pan: false });
    map.setView(before.center, before.zoom, { animate: false });
    before = null;
  });
}

window.zhengzhi = {
  start,
  tiles,
  finish,
  ready: false,
  layer: (layer) => current.add(layer),
  focus: (id) => current.focus(String(id)),
  setLayers: (ids) => current.setLayers(ids),
  layers: () => current.shown(),
  get map() { return current.map; },
};
