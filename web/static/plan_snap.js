// Snapping: a place within eight pixels of a vertex or an edge comes to lie on it. ES2018.
(function () {
  'use strict';

  const pencil = window.pencil;
  const map = pencil.map;
  const REACH_PX = 8;
  let segments = new Float64Array(0); // x, y, x, y in world pixels at zoom 0
  let places = new Float64Array(0); // longitude, latitude of the same ends
  let wanted = 0;

  pencil.snaps = true;

  function take(edges) {
    const n = edges.reduce((sum, line) => sum + Math.max(0, line.length - 1), 0);
    segments = new Float64Array(4 * n);
    places = new Float64Array(4 * n);
    let at = 0;
    edges.forEach((line) => {
      for (let i = 1; i < line.length; i += 1) {
        [line[i - 1], line[i]].forEach((place, end) => {
          const point = map.project([place[1], place[0]], 0);
          segments[at + 2 * end] = point.x;
          segments[at + 2 * end + 1] = point.y;
          places[at + 2 * end] = place[0];
          places[at + 2 * end + 1] = place[1];
        });
        at += 4;
      }
    });
    map.getContainer().dataset.edges = n;
  }

  function load() {
    const bounds = map.getBounds().pad(0.2);
    const number = wanted += 1;
    const query = 'west=' + bounds.getWest() + '&south=' + bounds.getSouth() + '&east=' + bounds.getEast() + '&north=' + bounds.getNorth();
    pencil.ask('/plan/edges?' + query + '&target_id=' + encodeURIComponent(pencil.data.target || ''))
      .then((found) => { if (number === wanted) { take(found.edges); } })
      .catch(() => {});
  }

  // The place on the nearest vertex, else on the nearest edge; the same place where neither is near.
  pencil.snap = function (latlng) {
    if (!pencil.snaps || !segments.length) { return latlng; }
    const point = map.project(latlng, 0);
    const reach = REACH_PX / Math.pow(2, map.getZoom());
    let vertex = reach, edge = reach, onVertex = null, onEdge = null;
    for (let i = 0; i < segments.length; i += 4) {
      const ax = segments[i], ay = segments[i + 1], bx = segments[i + 2], by = segments[i + 3];
      if (Math.min(ax, bx) - reach > point.x || Math.max(ax, bx) + reach < point.x) { continue; }
      if (Math.min(ay, by) - reach > point.y || Math.max(ay, by) + reach < point.y) { continue; }
      const toA = Math.hypot(ax - point.x, ay - point.y), toB = Math.hypot(bx - point.x, by - point.y);
      if (toA <= vertex) { vertex = toA; onVertex = [places[i + 1], places[i]]; }
      if (toB <= vertex) { vertex = toB; onVertex = [places[i + 3], places[i + 2]]; }
      const length = (bx - ax) * (bx - ax) + (by - ay) * (by - ay);
      const t = length ? Math.max(0, Math.min(1, ((point.x - ax) * (bx - ax) + (point.y - ay) * (by - ay)) / length)) : 0;
      const away = Math.hypot(ax + t * (bx - ax) - point.x, ay + t * (by - ay) - point.y);
      if (away <= edge) {
        edge = away;
        onEdge = [places[i + 1] + t * (places[i + 3] - places[i + 1]), places[i] + t * (places[i + 2] - places[i])];
      }
    }
    const found = onVertex || onEdge;
    return found ? L.latLng(found) : latlng;
  };

  let timer = 0;
  map.on('moveend', () => { window.clearTimeout(timer); timer = window.setTimeout(load, 250); });
  pencil.on('ready', load);
}());
