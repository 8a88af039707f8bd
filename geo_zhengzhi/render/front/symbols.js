// Symbols that stand at a point and must not cover each other: badges, rank discs, stations, names, ticks.
// Each has an icon and perhaps a name; every time the map comes to rest, the important ones choose a free place first.

const SYMBOL_GAP = 2;
const OFFSETS = [[0, 0], [20, 0], [-20, 0], [0, -20], [0, 20], [17, -17], [-17, -17], [17, 17], [-17, 17]];

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) { made.className = className; }
  if (text !== undefined) { made.textContent = text; }
  return made;
}

class Symbols {
  constructor(map) {
    this.map = map;
    this.all = [];
    this.waiting = false;
    map.on('zoomend moveend layeradd layerremove resize', () => this.later());
  }

  // spec: at, icon (element or null), name (element or null), rank (lower goes first), must (never left out), moves (may
  // stand beside its point), together (no icon without its name), dot (what remains where there is no room), label, click
  add(group, spec) {
    const holder = element('div', 'zz-symbol');
    if (spec.icon) { spec.icon.classList.add('zz-icon'); holder.appendChild(spec.icon); }
    if (spec.name) { spec.name.classList.add('zz-name'); holder.appendChild(spec.name); }
    if (spec.dot) { holder.appendChild(spec.dot); spec.dot.classList.add('zz-icon'); }
    const marker = L.marker(spec.at, {
      pane: 'zz-symbols', icon: L.divIcon({ className: 'zz-at', html: holder, iconSize: [0, 0] }),
      interactive: Boolean(spec.click), keyboard: Boolean(spec.click), bubblingMouseEvents: false,
    });
    if (spec.click) {
      holder.classList.add('zz-click');
      marker.on('click', spec.click);
      marker.on('add', () => {
        const root = marker.getElement();
        root.setAttribute('aria-label', spec.label);
        root.setAttribute('role', 'button');
      });
      marker.on('keypress', (event) => { if (event.originalEvent.key === 'Enter') { spec.click(); } });
    }
    const symbol = Object.assign({ marker, holder }, spec);
    this.all.push(symbol);
    group.addLayer(marker);
    return symbol;
  }

  // Takes every symbol of a group off the map and forgets it.
  remove(group) {
    this.all = this.all.filter((symbol) => !group.hasLayer(symbol.marker));
    group.clearLayers();
  }

  later() {
    if (this.waiting) { return; }
    this.waiting = true;
    window.requestAnimationFrame(() => { this.waiting = false; this.arrange(); });
  }

  arrange() {
    const bounds = this.map.getBounds().pad(0.05);
    const shown = this.all.filter((symbol) => symbol.marker._map === this.map);
    const near = shown.filter((symbol) => bounds.contains(symbol.at));
    shown.forEach((symbol) => symbol.holder.classList.add('zz-away'));
    near.forEach(measure);
    const taken = [];
    near.sort((a, b) => a.rank - b.rank).forEach((symbol) => this.settle(symbol, taken));
  }

  settle(symbol, taken) {
    const at = this.map.latLngToContainerPoint(symbol.marker.getLatLng());
    const place = places(symbol).find((candidate) => candidate.boxes.every((box) => isFree(box, at, taken)))
      || (symbol.must ? places(symbol).pop() : null);
    if (!place && !symbol.dot) { return; }
    symbol.holder.classList.remove('zz-away');
    const chosen = place || { icon: null, name: null, boxes: [] };
    put(symbol.icon, chosen.icon);
    put(symbol.name, chosen.name);
    put(symbol.dot, place ? null : [-3.5, -3.5]);
    chosen.boxes.forEach((box) => taken.push([at.x + box[0], at.y + box[1], at.x + box[2], at.y + box[3]]));
  }
}

function measure(symbol) {
  if (symbol.sizes) { return; }
  const size = (part) => (part ? [part.offsetWidth, part.offsetHeight] : [0, 0]);
  symbol.sizes = { icon: size(symbol.icon), name: size(symbol.name) };
}

// The ways to place a symbol, best first: icon offsets, with the name to the right, left, above, below, or left out.
function places(symbol) {
  const [iw, ih] = symbol.sizes.icon;
  const [nw, nh] = symbol.sizes.name;
  const lift = symbol.lift || 0;
  const found = [];
  const withIcon = (dx, dy, name) => {
    const boxes = [];
    const left = dx - iw / 2;
    const top = dy - ih / 2 - lift;
    if (iw) { boxes.push([left, top, left + iw, top + ih]); }
    if (name) { boxes.push([name[0], name[1], name[0] + nw, name[1] + nh]); }
    found.push({ icon: iw ? [left, top] : null, name, boxes });
  };
  const offsets = symbol.moves ? OFFSETS : OFFSETS.slice(0, 1);
  if (nw) {
    offsets.forEach(([dx, dy]) => {
      const y = dy - lift;
      if (!iw) { withIcon(dx, dy, [dx - nw / 2, y - nh / 2]); return; }
      withIcon(dx, dy, [dx + iw / 2 + 3, y - nh / 2]);
      withIcon(dx, dy, [dx - iw / 2 - 3 - nw, y - nh / 2]);
      withIcon(dx, dy, [dx - nw / 2, y - ih / 2 - nh]);
      withIcon(dx, dy, [dx - nw / 2, y + ih / 2]);
    });
  }
  if (iw && !symbol.together) { offsets.forEach(([dx, dy]) => withIcon(dx, dy, null)); }
  return found;
}

function isFree(box, at, taken) {
  const [x0, y0, x1, y1] = [at.x + box[0] - SYMBOL_GAP, at.y + box[1] - SYMBOL_GAP, at.x + box[2] + SYMBOL_GAP, at.y + box[3] + SYMBOL_GAP];
  return !taken.some((other) => x0 < other[2] && x1 > other[0] && y0 < other[3] && y1 > other[1]);
}

function put(part, place) {
  if (!part) { return; }
  part.style.visibility = place ? '' : 'hidden';
  if (place) { part.style.transform = 'translate(' + place[0] + 'px,' + place[1] + 'px)'; }
}
