// Symbols that stand at a point and must not cover each other: badges, rank discs, stations, names, ticks.
// Each has an icon and perhaps a name; every time the map comes to rest, the important ones choose a free place first.

const CARDS = '.leaflet-control:not(.zz-foot), .zz-foot > *'; // of the small print each line for itself
const SYMBOL_GAP = 2;
const RAIL_PX = 3; // half of a railway as it is drawn, and of a listed one with its band
const LISTED_RAIL_PX = 5;
const RAIL_STEP_PX = 6;
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
    this.covered = null; // ground that another map shows enlarged
    this.lines = []; // railways, which names rather do not cross
    map.on('zoomend moveend layeradd layerremove resize', () => this.later());
  }

  // spec: at, icon (element or null), name (element or null), rank (lower goes first), must (never left out),
  // moves (may stand beside its point), together (no icon without its name), isAlong (on a line from west to east), isThin (may be written
  // over), dot (what remains where there is no room), label, click
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
      marker.on('keypress', (event) => {
        if ([' ', 'Enter'].indexOf(event.originalEvent.key) < 0) { return; }
        event.originalEvent.preventDefault(); // Space would scroll the page
        spec.click();
      });
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
    window.requestAnimationFrame(() => {
      if (!this.map.getPane('mapPane')) { return; } // the map has gone meanwhile
      this.waiting = false;
      this.arrange();
    });
  }

  arrange() {
    const bounds = this.map.getBounds().pad(0.05);
    const shown = this.all.filter((symbol) => symbol.marker._map === this.map);
    const near = shown.filter((symbol) => bounds.contains(symbol.at) && !(this.covered && this.covered.contains(symbol.at)));
    shown.forEach((symbol) => symbol.holder.classList.add('zz-away'));
    near.forEach(measure);
    near.sort((a, b) => a.rank - b.rank);
    const taken = this.covered ? [this.onScreen(this.covered)] : [];
    near.forEach((symbol) => this.settleIcon(symbol, taken));
    const [cards, rails] = [this.cards(), this.along(this.lines)];
    near.forEach((symbol) => this.settleName(symbol, taken, cards, rails));
  }

  // The boxes of what lies over the map: legend, inset, buttons, small print. A wall draws its map enlarged.
  cards() {
    const box = this.map.getContainer();
    const ground = box.getBoundingClientRect();
    const scale = ground.width / (box.offsetWidth || 1) || 1;
    return Array.prototype.slice.call(box.querySelectorAll(CARDS)).map((card) => card.getBoundingClientRect())
      .filter((card) => card.width && card.height)
      .map((card) => [card.left - ground.left, card.top - ground.top, card.right - ground.left, card.bottom - ground.top].map((px) => px / scale));
  }

  // Lines in sight as places on the screen, every few pixels.
  along(lines) {
    const found = [];
    const size = this.map.getSize();
    const sight = L.bounds([0, 0], [size.x, size.y]);
    lines.filter((line) => this.map.hasLayer(line.group)).forEach(({ places, half }) => {
      const at = places.map((place) => this.map.latLngToContainerPoint(place));
      for (let i = 1; i < at.length; i += 1) {
        const seen = L.LineUtil.clipSegment(at[i - 1], at[i], sight);
        if (!seen) { continue; }
        const n = Math.ceil(seen[0].distanceTo(seen[1]) / RAIL_STEP_PX) || 1;
        for (let k = 0; k <= n; k += 1) { found.push([seen[0].x + (seen[1].x - seen[0].x) * k / n, seen[0].y + (seen[1].y - seen[0].y) * k / n, half]); }
      }
    });
    return found;
  }

  onScreen(bounds) {
    const [nw, se] = [bounds.getNorthWest(), bounds.getSouthEast()].map((corner) => this.map.latLngToContainerPoint(corner));
    return [nw.x, nw.y, se.x, se.y];
  }

  // The icon first, at its point or beside it; what finds no room becomes a dot.
  settleIcon(symbol, taken) {
    symbol.shownAt = null;
    if (!symbol.icon) { symbol.shownAt = [0, 0]; return; }
    const at = this.map.latLngToContainerPoint(symbol.marker.getLatLng());
    const [w, h] = symbol.sizes.icon;
    const lift = symbol.lift || 0;
    const offsets = symbol.moves ? OFFSETS : OFFSETS.slice(0, 1);
    const boxAt = ([dx, dy]) => [dx - w / 2, dy - h / 2 - lift, dx + w / 2, dy + h / 2 - lift];
    const free = offsets.find((offset) => isFree(boxAt(offset), at, taken)) || (symbol.must ? offsets[0] : null);
    put(symbol.icon, free && !symbol.together ? boxAt(free) : null);
    put(symbol.dot, free ? null : [-3.5, -3.5]);
    if (free || symbol.dot) { symbol.holder.classList.remove('zz-away'); }
    if (!free) { return; }
    symbol.shownAt = [free[0], free[1] - lift];
    if (!symbol.together && !symbol.isThin) { take(boxAt(free), at, taken); }
  }

  // Then the names, in what room is left beside their icons.
  settleName(symbol, taken, cards, rails) {
    put(symbol.name, null);
    if (!symbol.name || !symbol.shownAt) { return; }
    const at = this.map.latLngToContainerPoint(symbol.marker.getLatLng());
    const size = this.map.getSize();
    const hasRoom = (one) => isFree(one, at, taken) && isFree(one, at, cards)
      && at.x + one[0] > 0 && at.x + one[2] < size.x && at.y + one[1] > 0 && at.y + one[3] < size.y;
    const isClear = (one) => !crosses(one, at, rails);
    const free = nameBoxes(symbol).filter(hasRoom);
    if (!free.length) { return; }
    const far = symbol.isThin ? [] : farBoxes(symbol); // a distance belongs to its tick, or is left out
    const may = symbol.click ? free[0] : null; // the name of what lies around is left out rather than written over a line
    const box = free.find(isClear) || far.find((one) => isClear(one) && hasRoom(one)) || may;
    if (!box) { return; }
    symbol.holder.classList.remove('zz-away');
    put(symbol.name, box);
    take(box, at, taken);
    if (symbol.together) { put(symbol.icon, [-symbol.sizes.icon[0] / 2, -symbol.sizes.icon[1] / 2]); }
  }
}

function measure(symbol) {
  if (symbol.sizes) { return; }
  const size = (part) => (part ? [part.offsetWidth, part.offsetHeight] : [0, 0]);
  symbol.sizes = { icon: size(symbol.icon), name: size(symbol.name) };
}

// Where a name may stand: to the right of its icon, to the left, above, below; above and below first along a line.
function nameBoxes(symbol) {
  const [dx, dy] = symbol.shownAt;
  const [iw, ih] = symbol.sizes.icon;
  const [w, h] = symbol.sizes.name;
  const at = (left, top) => [left, top, left + w, top + h];
  const beside = [at(dx + iw / 2 + 3, dy - h / 2), at(dx - iw / 2 - 3 - w, dy - h / 2)];
  const over = (symbol.isAlong ? [0, 12, 26] : [0, 12]).reduce((all, away) => all.concat(
    [dx - w / 2, dx - iw / 2, dx + iw / 2 - w].map((left) => at(left, dy - ih / 2 - h - away)),
    [dx - w / 2, dx - iw / 2, dx + iw / 2 - w].map((left) => at(left, dy + ih / 2 + away))), []);
  if (!symbol.isAlong) { return beside.concat(over); }
  const aslant = [12, 26].reduce((all, away) => all.concat([dx + iw / 2, dx - iw / 2 - w].reduce(
    (two, left) => two.concat(at(left, dy - ih / 2 - h - away), at(left, dy + ih / 2 + away)), [])), []);
  return over.concat(aslant, beside);
}

// Where it may stand when a railway is in the way: farther off, to all sides; along a line anywhere above and below.
function farBoxes(symbol) {
  const [dx, dy] = symbol.shownAt;
  const [iw, ih] = symbol.sizes.icon;
  const [w, h] = symbol.sizes.name;
  const steps = symbol.isAlong ? [0, 0.2, 0.4, 0.6, 0.8, 1] : [0, 0.5, 1];
  return (symbol.isAlong ? [4, 12, 26, 40] : [4, 10, 18]).reduce((all, away) => {
    const rows = [dy - ih / 2 - h - away, dy + ih / 2 + away];
    const lefts = steps.map((step) => dx + iw / 2 + away - step * (w + iw + 2 * away));
    return rows.reduce((both, top) => both.concat(lefts.map((left) => [left, top, left + w, top + h])), all);
  }, []);
}

function take(box, at, taken) {
  taken.push([at.x + box[0], at.y + box[1], at.x + box[2], at.y + box[3]]);
}

function isFree(box, at, taken) {
  const [x0, y0, x1, y1] = [at.x + box[0] - SYMBOL_GAP, at.y + box[1] - SYMBOL_GAP, at.x + box[2] + SYMBOL_GAP, at.y + box[3] + SYMBOL_GAP];
  return !taken.some((other) => x0 < other[2] && x1 > other[0] && y0 < other[3] && y1 > other[1]);
}

function crosses(box, at, rails) {
  return rails.some(([x, y, half]) => x > at.x + box[0] - half && x < at.x + box[2] + half
    && y > at.y + box[1] - half + RAIL_PX && y < at.y + box[3] + half - RAIL_PX);
}

function put(part, place) {
  if (!part) { return; }
  part.style.visibility = place ? '' : 'hidden';
  if (place) { part.style.transform = 'translate(' + place[0] + 'px,' + place[1] + 'px)'; }
}
