// A meeting file's pages: keys and clickers step through them; each target's live map is made when its page is first shown.

const NEXT = ['ArrowRight', 'ArrowDown', 'PageDown', ' ', 'Right', 'Down'];
const SEAMLESS = 1.004; // a tile reaches a pixel under its neighbours
const BACK = ['ArrowLeft', 'ArrowUp', 'PageUp', 'Left', 'Up'];

// The background of a place's map, as close as the file has tiles around it.
function placeTiles(map, options) {
  const at = map.getCenter();
  let zoom = options.maxZoom;
  const has = () => {
    const tile = map.project(at, zoom).divideBy(256).floor();
    return options.pictures[zoom + '/' + tile.x + '/' + tile.y];
  };
  while (zoom > 0 && !has()) { zoom -= 1; }
  const closest = zoom || options.maxNativeZoom;
  tileLayer(Object.assign({}, options, { maxNativeZoom: closest })).addTo(map);
}

// A map of its own on the layers of the county's map.
function placeMap(ground, main) {
  const parts = JSON.parse(ground.getAttribute('data-parts'));
  const map = L.map(ground, {
    zoomControl: false, attributionControl: false, zoomSnap: main.hasTiles ? 1 : 0.25, maxZoom: main.map.getMaxZoom(), keyboard: false, scrollWheelZoom: false,
  });
  const bounds = parts.map((id) => main.places[id]).filter(Boolean)
    .reduce((all, place) => all.extend(place.bounds), L.latLngBounds([]));
  map.fitBounds(bounds.isValid() ? bounds : main.settings.bounds, { animate: false, padding: [24, 24] });
  ground.classList.toggle('zz-landless', main.map.getContainer().classList.contains('zz-landless'));
  const view = new View(map, main.settings);
  view.hasTiles = main.hasTiles;
  main.layers.forEach((layer) => view.add({ id: layer.id, type: layer.type, features: layer.features }));
  const bar = element('div', 'zz-scalebar');
  const rule = element('i');
  const length = element('span');
  bar.appendChild(rule);
  bar.appendChild(length);
  control(map, 'bottomright', bar);
  map.on('move zoomend resize', () => scaleBar(map, rule, length));
  scaleBar(map, rule, length);
  control(map, 'topleft', northMark(main.settings.words.north));
  if (main.hasTiles) { placeTiles(map, main.tileOptions); } else { new Crosses({ pane: 'zz-grid', tileSize: 128 }).addTo(map); }
  view.resize();
  view.moved.forEach((draw) => draw());
  return view;
}

// The tiles under the maps for paper: the file holds each picture once, for the live maps.
function printTiles(main) {
  const svg = 'http://www.w3.org/2000/svg';
  document.querySelectorAll('.tiles').forEach((group) => {
    JSON.parse(group.getAttribute('data-tiles')).forEach((tile) => {
      const image = document.createElementNS(svg, 'image');
      const more = { href: main.tileOptions.pictures[tile[0]], transform: 'matrix(' + tile.slice(1).join(' ') + ')', width: SEAMLESS, height: SEAMLESS, preserveAspectRatio: 'none' };
      Object.keys(more).forEach((name) => image.setAttribute(name, more[name]));
      group.appendChild(image);
    });
  });
}

// The maps are drawn for a slide whose unit is 16 px; names and legend are as large a part of every screen.
function scaleMaps() {
  const rem = parseFloat(window.getComputedStyle(document.documentElement).fontSize);
  document.documentElement.style.setProperty('--scale', String(rem / 16));
}

// The scene below the legend or beside it, whichever shows it larger, where the legend lies on one of its places.
function clearLegend(main) {
  const { map, settings } = main;
  const ground = map.getContainer().getBoundingClientRect();
  const box = map.getContainer().querySelector('.zz-legend').getBoundingClientRect();
  const scale = ground.width / (map.getSize().x || 1) || 1;
  const [left, foot] = [(box.left - ground.left) / scale, (box.bottom - ground.top) / scale];
  const isUnder = (place) => map.latLngToContainerPoint(place.bounds.getNorthEast()).x > left
    && map.latLngToContainerPoint(place.bounds.getNorthEast()).y < foot;
  if (!Object.keys(main.places).some((id) => isUnder(main.places[id]))) { return; }
  const bounds = L.latLngBounds(settings.bounds);
  const pads = [[16, foot, 16], [16, 16, map.getSize().x - left]].map(([west, top, east]) => ({
    paddingTopLeft: [west, top + 28], paddingBottomRight: [east, 32], animate: false, // a badge stands above its place
  }));
  const zooms = pads.map((pad) => map._getBoundsCenterZoom(bounds, pad).zoom);
  map.fitBounds(bounds, pads[zooms[1] > zooms[0] ? 1 : 0]);
}

function startSlides() {
  const main = current;
  clearLegend(main);
  printTiles(main);
  const pages = Array.prototype.slice.call(document.querySelectorAll('.slide'));
  const made = [];
  let at = 0;
  const show = (number) => {
    at = Math.max(0, Math.min(pages.length - 1, number));
    pages.forEach((page, index) => page.classList.toggle('on', index === at));
    const ground = pages[at].querySelector('.place-map');
    if (ground && !made[at]) { made[at] = placeMap(ground, main); }
    main.map.closePopup();
    window.location.replace('#s' + (at + 1));
  };
  const asked = () => (parseInt(window.location.hash.slice(2), 10) || 1) - 1;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    const onBox = event.target.tagName === 'INPUT' || event.target.tagName === 'BUTTON';
    if (event.key === ' ' && onBox) { return; }
    const step = NEXT.indexOf(event.key) >= 0 ? 1 : BACK.indexOf(event.key) >= 0 ? -1 : 0;
    if (step) { show(at + step); } else if (event.key === 'Home') { show(0); } else if (event.key === 'End') { show(pages.length - 1); } else { return; }
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener('click', (event) => {
    const step = event.target.getAttribute && event.target.getAttribute('data-step');
    if (step) { show(at + Number(step)); }
  });
  window.addEventListener('hashchange', () => { if (asked() !== at) { show(asked()); } });
  show(asked());
  window.zhengzhi.slides = { show: (number) => show(number), at: () => at, n: pages.length, maps: () => made.filter(Boolean).length };
}

scaleMaps();
window.addEventListener('resize', scaleMaps);
document.addEventListener('zhengzhi:ready', startSlides);
