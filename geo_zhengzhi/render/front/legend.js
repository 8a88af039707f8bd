// The legend is the layer switch: one card, only what is drawn. And the small print, the scale bar, north.

const EVIDENT = ['railways', 'stations', 'places', 'outline']; // what a map to be looked at only says by its names
const WIDE_MAP_PX = 900;

function legendCard(view, settings, isPlain) {
  const card = element('section', 'zz-card zz-legend');
  card.setAttribute('aria-label', settings.words.legend);
  const button = element('button', '', '☰');
  button.type = 'button';
  button.title = settings.words.legend + ' · L';
  button.setAttribute('aria-label', settings.words.legend);
  button.setAttribute('aria-expanded', 'true');
  button.addEventListener('click', () => foldLegend(card));
  card.addEventListener('zz-fold', () => view.symbols.later());
  card.appendChild(button);
  const heat = view.layers.find((layer) => layer.type === 'heat');
  if (heat) { card.appendChild(heatScale(view, heat, settings.legend)); }
  const entries = element('div', 'zz-entries');
  const listed = view.layers.filter((layer) => layer.swatch).sort((a, b) => legendOrder(a) - legendOrder(b));
  const isEvident = (layer) => EVIDENT.indexOf(layer.type) >= 0;
  const line = (layer) => entry(view, layer, layer.label, swatch(layer.swatch));
  listed.filter((layer) => !isEvident(layer)).forEach((layer) => entries.appendChild(line(layer)));
  card.appendChild(entries);
  const around = listed.filter(isEvident);
  const below = element('div', 'zz-below');
  if (around.length && !isPlain) { below.appendChild(aroundCard(view, settings, around.map(line))); }
  if (settings.levels.length) { below.appendChild(levelKey(settings)); }
  card.appendChild(below);
  L.DomEvent.disableClickPropagation(card);
  L.DomEvent.disableScrollPropagation(card);
  return card;
}

// What lies around the findings: open where the map is wide enough for all of it.
function aroundCard(view, settings, lines) {
  const fold = element('details', 'zz-around');
  const entries = element('div', 'zz-entries');
  fold.open = view.map.getSize().x >= WIDE_MAP_PX;
  fold.appendChild(element('summary', '', settings.words.around));
  lines.forEach((line) => entries.appendChild(line));
  fold.appendChild(entries);
  fold.addEventListener('toggle', () => view.symbols.later());
  return fold;
}

function foldLegend(card, isClosed) {
  const closed = card.classList.toggle('zz-closed', isClosed);
  card.querySelector('button').setAttribute('aria-expanded', String(!closed));
  card.dispatchEvent(new CustomEvent('zz-fold'));
}

function legendOrder(layer) {
  return ['hotspots', 'zones', 'candidates', 'targets', 'railways', 'stations', 'places', 'outline'].indexOf(layer.type);
}

function entry(view, layer, label, picture) {
  const line = element('label');
  const box = element('input');
  box.type = 'checkbox';
  box.checked = true;
  box.value = layer.id;
  box.addEventListener('change', () => view.show(layer.id, box.checked));
  layer.box = box;
  line.appendChild(box);
  if (picture) { line.appendChild(picture); }
  line.appendChild(element('span', '', label));
  return line;
}

// Swatches are this package's own constants, never words from a file.
function swatch(content) {
  const holder = element('div');
  holder.innerHTML = '<svg viewBox="0 0 24 14" aria-hidden="true">' + content + '</svg>';
  return holder.firstChild;
}

function heatScale(view, layer, legend) {
  const scale = element('div', 'zz-scale');
  const heading = element('h3');
  heading.appendChild(entry(view, layer, legend.title, null));
  scale.appendChild(heading);
  const numbers = element('ol');
  legend.bounds.forEach((bound, index) => {
    const step = element('li');
    const colour = element('i');
    colour.style.background = 'var(--heat-' + (index + 1) + ')';
    step.appendChild(colour);
    step.appendChild(element('span', '', bound));
    numbers.appendChild(step);
  });
  scale.appendChild(numbers);
  scale.appendChild(element('p', '', legend.caption));
  return scale;
}

function levelKey(settings) {
  const key = element('div', 'zz-levels');
  settings.levels.forEach(([level, word]) => {
    const line = element('span');
    line.appendChild(element('i', 'zz-' + level));
    line.appendChild(document.createTextNode(word));
    key.appendChild(line);
  });
  return key;
}

function control(map, position, made) {
  const added = L.control({ position });
  added.onAdd = () => made;
  added.addTo(map);
  return made;
}

// Notes are words; attributions come escaped by the renderer.
function footer(map, settings) {
  const foot = element('div', 'zz-foot');
  const bar = element('div', 'zz-scalebar');
  const rule = element('i');
  const length = element('span');
  bar.appendChild(rule);
  bar.appendChild(length);
  foot.appendChild(bar);
  settings.notes.forEach((note) => foot.appendChild(element('p', 'zz-note', note)));
  map.on('move zoomend resize', () => scaleBar(map, rule, length));
  return control(map, 'bottomleft', foot);
}

// Round metres of ground at the map's middle, at most 110 px long.
function scaleBar(map, rule, length) {
  const y = map.getSize().y / 2;
  const perPixel = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([100, y])) / 100;
  if (!(perPixel > 0)) { return; }
  const most = 110 * perPixel;
  const power = Math.pow(10, Math.floor(Math.log10(most)));
  const metres = power * [5, 2, 1].find((step) => step * power <= most);
  rule.style.width = Math.round(metres / perPixel) + 'px';
  length.textContent = metres >= 1000 ? metres / 1000 + ' km' : metres + ' m';
}

function northMark(word) {
  const mark = element('div', 'zz-north', word);
  mark.appendChild(svg('svg', { width: 14, height: 16, viewBox: '0 0 14 16' }, [
    svg('path', { d: 'M7 0 13 16 7 12 1 16z', fill: '#16202A' }),
  ]));
  return mark;
}
