// The picture: panes, layers, selection, keys, printing. Data come from the page as JSON.

const PANES = ['band', 'heat', 'grid', 'outline', 'rail', 'targets', 'zones', 'hotspots'];
const CLOSEST_FOCUS = 16;
const LEGEND_PX = 370;
const BESIDE_PX = 90;
const SMALLER = 3; // steps back, at most, from an edge that a card lies on
const EDGE_PX = 10;

class View {
  // main: the view that this one enlarges; selections and popups are the main view's.
  constructor(map, settings, main) {
    this.map = map;
    this.settings = settings;
    this.main = main || this;
    this.layers = [];
    this.places = Object.create(null); // by id, and an id may be any word
    this.sized = [];
    this.hasTiles = false;
    this.zoomed = [];
    this.moved = [];
    this.heats = [];
    this.edges = []; // the county's, which cards are kept off
    map.createPane('zz-land').style.zIndex = 290;
    PANES.forEach((name, index) => {
      const pane = map.createPane('zz-' + name);
      pane.style.zIndex = 300 + 10 * index;
      pane.classList.add('zz-pane-' + name);
    });
    map.createPane('zz-symbols').style.zIndex = 600;
    if (!main) { map.getContainer().appendChild(patterns()); }
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
    // A tooltip makes a path a stop of the Tab key; its symbol and its row are the stops, and say what it is.
    drawn.eachLayer((one) => one.on('add', () => one.getElement().setAttribute('tabindex', '-1')));
    group.addLayer(drawn);
    return drawn;
  }

  heat(layer, feature) {
    return new ServedHeat(this, layer.group, feature);
  }

  // Another time's heat with the heading of its scale; null brings the page's own back.
  heatOf(addresses) {
    this.heats.forEach((one) => one.show(addresses));
    if (this.inset) { this.inset.view.heatOf(addresses); }
    const heading = this.map.getContainer().querySelector('.zz-scale h3 span');
    if (heading) { heading.textContent = (addresses || this.settings.legend).title; }
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
    return (at) => this.main.select(feature.id, this.main === this ? at : null);
  }

  select(id, at) {
    const place = this.places[id];
    this.popup.setLatLng(at instanceof L.LatLng ? at : place.feature.at).setContent(popupCard(place.feature.popup)).openOn(this.map);
    if (this.inset) { this.inset.follow(place); }
    document.dispatchEvent(new CustomEvent('zhengzhi:select', { bubbles: true, detail: { id } }));
  }

  // Places by their ids, all in sight, with a popup: the one place's own, or the page's for several.
  focus(ids, popup) {
    const places = this.found(ids);
    if (!places.length) { return false; }
    const size = this.map.getSize(); // the popup stands in the upper half
    const bounds = boundsOfAll(places);
    const right = size.x > 2 * LEGEND_PX ? LEGEND_PX : 16; // the popup is no wider than what the legend leaves
    this.map.fitBounds(bounds.pad(0.3), {
      paddingTopLeft: [16, size.y * 0.45], paddingBottomRight: [right, 24], maxZoom: CLOSEST_FOCUS, animate: false,
    });
    const [{ feature }] = places;
    const at = popup ? [bounds.getNorth(), bounds.getCenter().lng] : feature.at;
    this.popup.setLatLng(at).setContent(popupCard(popup || feature.popup)).openOn(this.map);
    return true;
  }

  // The same without a popup; the whole scene without ids.
  look(ids) {
    const places = this.found(ids);
    if (!places.length) { this.fit(); return; }
    this.map.fitBounds(boundsOfAll(places).pad(1), { padding: [24, 24], maxZoom: CLOSEST_FOCUS - 1, animate: false });
  }

  // The places of these ids, with their layers shown.
  found(ids) {
    const places = ids.map((id) => this.places[id]).filter(Boolean);
    const hidden = places.filter((place) => !this.map.hasLayer(place.layer.group)).map((place) => place.layer.id);
    if (hidden.length) { this.setLayers(this.shown().concat(hidden)); }
    return places;
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
    if (this.inset) { this.inset.view.setLayers(ids); }
    if (this.main !== this) { return; }
    document.dispatchEvent(new CustomEvent('zhengzhi:layers', { bubbles: true, detail: { layers: this.shown() } }));
  }

  shown() {
    return this.layers.filter((layer) => this.map.hasLayer(layer.group)).map((layer) => layer.id);
  }

  add(layer) {
    layer.group = L.featureGroup();
    this.layers.push(layer);
    layer.features.forEach((feature) => { if (feature.shape && feature.shape.packed) { feature.shape = unpacked(feature.shape); } });
    layer.features.forEach((feature, index) => PAINTERS[layer.type](this, layer, feature, index));
    this.map.addLayer(layer.group);
  }

  // The whole scene, with no card on its edge: above the small print, lower or a little smaller where that helps.
  fit() {
    const { map } = this;
    const foot = map.getContainer().querySelector('.leaflet-bottom.leaflet-left').offsetHeight;
    const beside = foot - (this.isPlain ? 0 : BESIDE_PX); // small print: the scene stands above it, or beside a little of it
    this.place(beside, map.getMaxZoom());
    if (!this.isCovered()) { return; }
    const [zoom, step] = [map.getZoom(), map.options.zoomSnap];
    for (let back = 0; back <= SMALLER && step < 1; back += 1) { // tiles are sharp at whole zooms only
      this.place(foot, zoom - back * step);
      if (!this.isCovered()) { return; }
      this.lower(foot);
      if (!this.isCovered()) { return; }
    }
    this.place(beside, map.getMaxZoom());
  }

  // The scene to the left of the legend where there is room for that, its lower edge above so many pixels.
  place(below, maxZoom) {
    const { map, settings } = this;
    map.fitBounds(settings.bounds, { paddingTopLeft: [16, 16], paddingBottomRight: [16, Math.max(24, below)], maxZoom, animate: false });
    const left = map.latLngToContainerPoint([settings.bounds[0][0], settings.bounds[0][1]]).x;
    const right = map.latLngToContainerPoint([settings.bounds[1][0], settings.bounds[1][1]]).x;
    const cards = map.getContainer().querySelector('.zz-legend, .zz-inset:not(.zz-hidden)') ? LEGEND_PX : 16;
    const wanted = right - (map.getSize().x - cards);
    map.panBy([Math.max(0, Math.min(wanted, left - (this.isPlain ? 12 : 56))), 0], { animate: false });
  }

  // As far down as the small print lets it.
  lower(below) {
    const { map, settings } = this;
    const bottom = map.latLngToContainerPoint([settings.bounds[0][0], settings.bounds[0][1]]).y;
    map.panBy([0, Math.min(0, bottom + Math.max(24, below) + EDGE_PX + 2 - map.getSize().y)], { animate: false });
  }

  isCovered() {
    const cards = this.symbols.cards();
    const isOn = ([x, y]) => cards.some((card) => x > card[0] - EDGE_PX && x < card[2] + EDGE_PX && y > card[1] - EDGE_PX && y < card[3] + EDGE_PX);
    return this.symbols.along(this.edges).some(isOn);
  }
}

function boundsOfAll(places) {
  return places.reduce((all, place) => all.extend(place.bounds), L.latLngBounds(places[0].bounds.getSouthWest(), places[0].bounds.getNorthEast()));
}

let current = null;
let listened = []; // on the page, to be taken back when the map makes way for another

function listen(target, type, act) {
  target.addEventListener(type, act);
  listened.push(() => target.removeEventListener(type, act));
}

function stop() {
  listened.forEach((take) => take());
  listened = [];
  if (current.inset) { removeMap(current.inset.view.map); }
  removeMap(current.map);
}

// A zoom under way would end on the removed map, a quarter of a second later.
function removeMap(map) {
  map._animatingZoom = false;
  map.remove();
}

function start(map, settings) {
  map.invalidateSize({ animate: false, pan: false }); // a page may have scaled it since
  current = new View(map, settings);
  map.getContainer().setAttribute('role', 'region');
  map.getContainer().setAttribute('aria-label', settings.words.map);
}

// Tiles that the page itself holds, by zoom, column and row; nothing where it holds none.
const KeptTiles = L.TileLayer.extend({
  getTileUrl(at) {
    return this.options.pictures[at.z + '/' + at.x + '/' + at.y] || L.Util.emptyImageUrl;
  },
});

function tileLayer(options) {
  const more = { maxNativeZoom: options.maxNativeZoom, maxZoom: options.maxZoom, attribution: options.attribution };
  if (!options.pictures) { return L.tileLayer(options.address, more); }
  more.pictures = options.pictures;
  more.minZoom = options.minZoom; // farther out the whole county is a thumb's breadth
  return new KeptTiles('', more);
}

function tiles(options) {
  current.hasTiles = true;
  current.tileOptions = options;
  current.tiles = tileLayer(options).addTo(current.map);
}

function finish() {
  const { map, settings } = current;
  const credits = L.control.attribution({ position: 'bottomleft', prefix: false }).addTo(map);
  settings.attributions.forEach((text) => credits.addAttribution(text));
  footer(map, settings);
  // without an outline there is no sea around it
  map.getContainer().classList.toggle('zz-landless', !current.layers.some((layer) => layer.type === 'outline'));
  const isPlain = current.isPlain = Boolean(map.getContainer().closest('[data-plain]')); // to be looked at only, as on a wall
  if (!isPlain) {
    L.control.zoom({ position: 'topleft', zoomInTitle: settings.words.zoomIn, zoomOutTitle: settings.words.zoomOut }).addTo(map);
  }
  control(map, 'topleft', northMark(settings.words.north));
  const legend = control(map, 'topright', legendCard(current, settings, isPlain));
  if (map.getSize().x < 560) { foldLegend(legend, true); }
  if (!current.hasTiles) { new Crosses({ pane: 'zz-grid', tileSize: 128 }).addTo(map); }
  map.on('moveend', () => map.getContainer().classList.toggle('zz-near', !map.getBounds().contains(settings.bounds)));
  settle(map, current);
  if (!current.hasTiles && !isPlain) { current.inset = makeInset(current); }
  if (current.inset && current.isCovered()) { current.fit(); }
  if (!isPlain) { keys(map, legend); }
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
  listen(document, 'keydown', (event) => {
    const field = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== 'checkbox';
    if (field || event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === 'Escape') { map.closePopup(); }
    if (event.key === 'l' || event.key === 'L') { foldLegend(legend); }
  });
}

// New views within `act` come as a pinch makes them, without the reset that throws tiles away: those that are there stay,
// scaled, until finer ones come, for which paper does not wait.
function gently(act) {
  const maps = L.Map.prototype;
  const reset = maps._resetView;
  maps._resetView = function (center, zoom) {
    const isZoomed = zoom !== this._zoom;
    this._moveStart(isZoomed, false)._move(center, zoom)._moveEnd(isZoomed);
    this.fire('viewreset'); // outlines anew
  };
  try { act(); } finally { maps._resetView = reset; }
}

// Paper has a fixed width: the same ground is fitted into it, and the screen's view comes back afterwards.
function printing(map) {
  let before = null;
  listen(window, 'beforeprint', () => {
    if (!map.getContainer().closest('.zz-sheet, [data-printed]')) { return; }
    before = { bounds: map.getBounds(), center: map.getCenter(), zoom: map.getZoom() };
    const around = document.querySelector('.zz-around');
    if (around) { around.open = true; } // paper has no folds
    document.body.classList.add('zz-printing');
    gently(() => {
      map.invalidateSize({ animate: false, pan: false });
      if (before.bounds.contains(current.settings.bounds)) { current.fit(); } else { map.fitBounds(before.bounds, { animate: false }); }
    });
    [current, current.inset && current.inset.view].filter(Boolean).forEach((view) => view.symbols.arrange());
  });
  listen(window, 'afterprint', () => {
    if (!before) { return; }
    document.body.classList.remove('zz-printing');
    map.invalidateSize({ animate: false, pan: false });
    map.setView(before.center, before.zoom, { animate: false });
    before = null;
  });
}

window.zhengzhi = {
  start,
  gently,
  tiles,
  finish,
  stop,
  ready: false,
  layer: (layer) => current.add(layer),
  focus: (ids, popup) => current.focus([].concat(ids).map(String), popup),
  look: (ids) => current.look(ids),
  setLayers: (ids) => current.setLayers(ids),
  layers: () => current.shown(),
  heat: (addresses) => current.heatOf(addresses),
  fit: () => current.fit(),
  enlarged: () => (current.inset ? current.inset.bounds : null),
  enlarge: (bounds) => { if (current.inset) { current.inset.show(bounds, current.settings.words.enlarged); } },
  places: () => current.places,
  get map() { return current.map; },
};
