// The inset: a second, control-free map of the place where the small targets crowd, while the main map is too far out to
// show them. A frame with the letter A says where it is; it follows the selection.

const CROWD_KM = 4;
const LEAST_MAP = [640, 420];
const WIDEST_FRAME = 0.22;

class Inset {
  constructor(main, bounds) {
    this.main = main;
    this.card = element('section', 'zz-card zz-inset');
    this.title = element('h3', '', 'A');
    const ground = element('div', 'zz-inset-map zhengzhi-map');
    this.card.appendChild(this.title);
    this.card.appendChild(ground);
    L.DomEvent.disableClickPropagation(this.card);
    L.DomEvent.disableScrollPropagation(this.card);
    control(main.map, 'bottomright', this.card);
    const map = L.map(ground, {
      zoomControl: false, attributionControl: false, zoomSnap: 0.25, keyboard: false, dragging: false, scrollWheelZoom: false,
      doubleClickZoom: false, boxZoom: false, touchZoom: false, maxZoom: main.map.getMaxZoom(),
    });
    map.fitBounds(bounds, { animate: false });
    this.view = new View(map, main.settings, main);
    main.layers.forEach((layer) => this.view.add({ id: layer.id, type: layer.type, features: layer.features }));
    this.rule();
    this.frame = L.rectangle(map.getBounds(), { pane: 'zz-hotspots', className: 'zz-frame', interactive: false }).addTo(main.map);
    const letter = element('div', 'zz-letter', 'A');
    this.letter = L.marker(map.getBounds().getNorthWest(), {
      pane: 'zz-symbols', interactive: false, icon: L.divIcon({ className: 'zz-at', html: letter, iconSize: [0, 0] }),
    }).addTo(main.map);
    main.map.on('zoomend moveend resize', () => this.update());
    this.show(bounds, main.settings.words.enlarged);
  }

  // A scale bar of its own.
  rule() {
    const bar = element('div', 'zz-scalebar');
    const rule = element('i');
    const length = element('span');
    bar.appendChild(rule);
    bar.appendChild(length);
    control(this.view.map, 'bottomright', bar);
    this.view.map.on('move zoomend resize', () => scaleBar(this.view.map, rule, length));
  }

  show(bounds, title) {
    this.bounds = bounds;
    this.title.textContent = 'A ' + title;
    this.fit();
  }

  // The card grows and shrinks with the page, and has no size while it is hidden.
  refit() {
    const size = this.view.map.getSize();
    this.view.map.invalidateSize({ animate: false, pan: false });
    if (!size.equals(this.view.map.getSize())) { this.fit(); }
  }

  fit() {
    this.view.map.fitBounds(this.bounds, { animate: false, padding: [48, 24], maxZoom: 15.5 });
    this.view.resize();
    this.view.moved.forEach((draw) => draw());
    this.frame.setBounds(this.view.map.getBounds());
    this.letter.setLatLng(this.view.map.getBounds().getNorthWest());
    this.update();
  }

  // Enlarge what was selected, unless it is shown here already or too wide for an inset.
  follow(place) {
    const here = this.view.map.getBounds();
    const span = place.bounds.getNorthWest().distanceTo(place.bounds.getSouthEast());
    if (here.contains(place.bounds) || span > 3000 * CROWD_KM) { return; }
    this.show(place.bounds.pad(1), place.feature.popup.title);
  }

  // Only while the main map is large, the frame is small on it and in sight.
  update() {
    const { map } = this.main;
    const bounds = this.view.map.getBounds();
    const size = map.getSize();
    const isUseful = size.x >= LEAST_MAP[0] && size.y >= LEAST_MAP[1] && map.getBounds().intersects(bounds)
      && this.main.pixels(bounds) < WIDEST_FRAME * size.x;
    this.card.classList.toggle('zz-hidden', !isUseful);
    this.letter.getElement().classList.toggle('zz-hidden', !isUseful);
    this.frame.getElement().classList.toggle('zz-hidden', !isUseful);
    if (isUseful) { this.refit(); }
    this.main.symbols.covered = isUseful ? this.view.map.getBounds() : null;
    this.main.symbols.later();
  }
}

// An inset where it helps: somewhere at least two places lie that are specks on the map of the whole scene.
function makeInset(main) {
  const specks = Object.keys(main.places).map((id) => main.places[id])
    .filter((place) => main.pixels(place.bounds) < 24 && /targets|hotspots/.test(place.layer.type))
    .map((place) => ({ at: L.latLng(place.feature.at), bounds: place.bounds }));
  const crowds = specks.map((one) => specks.filter((other) => one.at.distanceTo(other.at) < 1000 * CROWD_KM));
  const crowd = crowds.reduce((most, other) => (other.length > most.length ? other : most), []);
  if (crowd.length < 2) { return null; }
  return new Inset(main, boundsOfAll(crowd));
}
