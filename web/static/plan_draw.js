// Drawing on the map: the editor's shape to and from GeoJSON, the tools. Keys and buttons are in plan_keys.js. ES2018.
(function () {
  'use strict';

  const pencil = window.pencil;
  const map = pencil.map;
  const box = map.getContainer();
  const CIRCLE_VERTICES = 64;
  [L.Editable.VertexMarker, L.Editable.MiddleMarker].forEach((marker) => marker.mergeOptions({ keyboard: false }));
  L.Editable.MiddleMarker.include({ // the true middle: pixels of a far zoom are hundreds of metres
    computeLatLng() { return L.latLng((this.left.latlng.lat + this.right.latlng.lat) / 2, (this.left.latlng.lng + this.right.latlng.lng) / 2); },
  });
  const tools = map.editTools = new L.Editable(map, { lineGuideOptions: { color: '#1A4E8A', weight: 1.5 } });
  const look = { className: 'plan-shape', color: '#1A4E8A', weight: 2.5, fillOpacity: 0.08, smoothFactor: 0 };
  let layer = null;
  let chosen = null; // the vertex that keys move
  let dragged = null; // the shape before a vertex was dragged
  let tool = 'edit';
  let corner = null; // the first of two places
  let preview = null;
  let taken = []; // vertices of what is being drawn that were taken back, the last one last
  let isTouched = false; // the last pointer was a finger
  map.keyboard.disable();
  map.doubleClickZoom.disable(); // two quick taps are two vertices
  map.setMaxZoom(window.zhengzhi && document.querySelector('.leaflet-tile-pane .leaflet-layer') ? map.getMaxZoom() : 20);

  // Between Leaflet's nested places and GeoJSON.
  const isFlat = (list) => !list.length || list[0] instanceof L.LatLng;
  const position = (at) => [at.lng, at.lat];
  function ring(list) {
    const positions = list.map(position);
    return positions.concat([positions[0]]);
  }
  function polygon(rings) {
    return rings.filter((list) => list.length > 2).map(ring);
  }
  function read() {
    if (!layer) { return null; }
    const places = layer.getLatLngs();
    if (!(layer instanceof L.Polygon)) {
      return places.length > 1 ? { type: 'LineString', coordinates: places.map(position) } : null;
    }
    const polygons = (isFlat(places) ? [[places]] : isFlat(places[0]) ? [places] : places).map(polygon).filter((rings) => rings.length);
    if (!polygons.length) { return null; }
    return polygons.length === 1 ? { type: 'Polygon', coordinates: polygons[0] } : { type: 'MultiPolygon', coordinates: polygons };
  }
  const places = (positions) => positions.map((at) => [at[1], at[0]]);
  const open = (rings) => rings.map((list) => places(list.slice(0, -1)));

  function show() {
    tools.stopDrawing();
    choose(null);
    if (layer) { layer.disableEdit(); layer.remove(); layer = null; }
    const shape = pencil.shape;
    if (!shape) { return; }
    if (shape.type === 'LineString') { layer = L.polyline(places(shape.coordinates), look); }
    if (shape.type === 'Polygon') { layer = L.polygon(open(shape.coordinates), look); }
    if (shape.type === 'MultiPolygon') { layer = L.polygon(shape.coordinates.map(open), look); }
    layer.addTo(map).enableEdit(map);
  }

  function commit() {
    const shape = read();
    pencil.change(shape, { isDrawn: true });
    if (!shape) { show(); }
  }

  function fit() {
    if (layer) { map.fitBounds(layer.getBounds().pad(0.35), { animate: false, maxZoom: 18 }); }
  }

  // Vertices, for the keys: all of them in order.
  function vertices() {
    const found = [];
    const walk = (list) => { if (isFlat(list)) { list.forEach((at) => found.push(at)); } else { list.forEach(walk); } };
    if (layer) { walk(layer.getLatLngs()); }
    return found;
  }

  function choose(at) {
    if (chosen && chosen.__vertex && chosen.__vertex._icon) { chosen.__vertex._icon.classList.remove('plan-on'); }
    chosen = at;
    if (!at || !at.__vertex || !at.__vertex._icon) { chosen = null; aloud(''); hint(); return; }
    at.__vertex._icon.classList.add('plan-on');
    const all = vertices();
    aloud(pencil.say('ring', { n: all.indexOf(at) + 1, all: all.length, place: pencil.written(at) }));
    hint();
  }

  function aloud(text) { document.querySelector('[data-vertex]').textContent = text; }

  function place(at, to) {
    at.update(to);
    at.__vertex.update();
    if (at.__vertex.middleMarker) { at.__vertex.middleMarker.updateLatLng(); }
    const next = at.__vertex.getNext();
    if (next && next.middleMarker) { next.middleMarker.updateLatLng(); }
    layer.setLatLngs(layer.getLatLngs()); // forces the bounds
    layer.editor.reset();
    choose(at);
  }

  function remove(at) {
    if (!at || !layer.editor.vertexCanBeDeleted(at.__vertex)) { return; }
    const all = vertices();
    const next = all[(all.indexOf(at) + 1) % all.length];
    at.__vertex.delete();
    choose(next);
  }

  // A vertex halfway to the next one, which is then the chosen one; on a line's last vertex halfway back.
  function insert(at) {
    const next = at.__vertex.getNext(), other = next || at.__vertex.getPrevious();
    const { latlngs } = at.__vertex;
    const middle = L.latLng((at.lat + other.latlng.lat) / 2, (at.lng + other.latlng.lng) / 2);
    latlngs.splice(latlngs.indexOf(at) + (next ? 1 : 0), 0, middle);
    layer.setLatLngs(layer.getLatLngs());
    layer.editor.reset();
    commit();
    choose(middle);
  }

  // Tools. Rectangle and circle take two places: with mouse, finger, or cross-hair and Space.
  const HINTS = { polygon: 'drawing', line: 'drawing', rectangle: 'one', circle: 'round', hole: 'hole' };
  const SECOND = { rectangle: 'opposite', circle: 'edge' };
  function hint() { pencil.tell('hint', corner ? SECOND[tool] : HINTS[tool] || (chosen ? 'chosen' : '')); }

  function use(name) {
    tools.stopDrawing();
    stopTwo();
    tool = name;
    taken = [];
    document.querySelectorAll('[data-tool]').forEach((button) => {
      const pressed = button.dataset.tool === name || (button.dataset.tool === 'snap' && pencil.snaps);
      button.setAttribute('aria-pressed', String(pressed));
    });
    box.classList.toggle('plan-drawing', name !== 'edit');
    if (name !== 'edit') { choose(null); }
    hint();
    if (name === 'polygon' || name === 'line') { start(name); }
    if (name === 'rectangle' || name === 'circle') { tools.blockEvents(); }
    if (name === 'hole') { startHole(); }
    pencil.tell('drawing');
  }

  function start(name) {
    if (layer) { layer.disableEdit(); layer.remove(); }
    layer = name === 'line' ? tools.startPolyline(null, look) : tools.startPolygon(null, look);
  }

  function startHole() {
    if (!layer || !(layer instanceof L.Polygon)) { use('edit'); return; }
    tools.blockEvents();
  }

  function stopTwo() {
    corner = null;
    tools.unblockEvents();
    if (preview) { preview.remove(); preview = null; }
  }

  function rectangle(a, b) {
    return [[a.lng, a.lat], [b.lng, a.lat], [b.lng, b.lat], [a.lng, b.lat], [a.lng, a.lat]];
  }

  function circle(centre, edge) {
    const radius = map.distance(centre, edge);
    const found = [];
    for (let i = 0; i < CIRCLE_VERTICES; i += 1) {
      const angle = 2 * Math.PI * i / CIRCLE_VERTICES;
      const at = pencil.metres(centre, radius * Math.cos(angle), radius * Math.sin(angle));
      found.push([at[1], at[0]]);
    }
    return found.concat([found[0]]);
  }

  const outline = (at) => (tool === 'rectangle' ? rectangle(corner, at) : circle(corner, at));

  // The first place, and what would come of it with the second one here.
  function foresee(at) {
    if (!corner || tool === 'hole') { return; }
    const ring = map.distance(corner, at) < 0.5 ? [corner] : places(outline(at));
    if (preview) { preview.setLatLngs(ring); return; }
    const spot = L.circleMarker(corner, { className: 'plan-corner', radius: 5, interactive: false });
    const area = L.polygon(ring, Object.assign({ interactive: false, dashArray: '5 4' }, look));
    preview = L.layerGroup([spot, area]).addTo(map);
    preview.setLatLngs = (ahead) => area.setLatLngs(ahead);
  }

  function press(at) {
    if (tool === 'hole') {
      if (!layer.shapeAt(at)) { aloud(pencil.say('outside')); return; }
      stopTwo();
      layer.editor.newHole(at);
      announce(at);
      return;
    }
    if (!corner) {
      corner = at;
      foresee(at);
      hint();
      announce(at);
      return;
    }
    if (map.distance(corner, at) < 0.5) { return; }
    const ring = outline(at);
    stopTwo();
    pencil.change({ type: 'Polygon', coordinates: [ring] });
    use('edit');
  }

  const waits = () => tool === 'rectangle' || tool === 'circle' || (tool === 'hole' && !tools.drawing());

  // A vertex or the first of two places was set: said aloud, counted, and it can be taken back.
  function announce(at, isAgain) {
    if (!isAgain) { taken = []; }
    aloud(pencil.say('set', { n: drawn().length || 1, place: pencil.written(at) }));
    const shape = tools.drawing() ? read() : null;
    if (shape) { pencil.tell('moving', shape); }
    pencil.tell('drawing');
  }

  // One place more, wherever it comes from: the cross-hair, a typed pair, or the vertices taken back.
  function set(at, isAgain) {
    if (waits()) { press(at); return; }
    if (!tools.drawing()) { return; }
    if (!map.hasLayer(layer)) { tools._drawingEditor.connect(); }
    tools._drawingEditor.push(L.latLng(at.lat, at.lng));
    announce(at, isAgain);
  }

  // Undo and redo, vertex by vertex while something is being drawn. False where there is none of it.
  const drawn = () => (tools.drawing() ? tools._drawingEditor._drawnLatLngs : []);
  function back() {
    if (corner) { use(tool); return true; }
    const left = taken.concat(drawn().slice(-1));
    if (!drawn().length) { if (tool !== 'edit' && pencil.shape) { cancel(); return true; } return false; }
    if (drawn().length === 1) { use(tool); } else { tools._drawingEditor.pop(); }
    taken = left;
    aloud(pencil.say('takenBack', { n: drawn().length }));
    if (read()) { pencil.tell('moving', read()); }
    pencil.tell('drawing');
    return true;
  }
  function forth() {
    const at = taken.pop();
    if (at) { set(at, true); }
    return Boolean(at);
  }

  map.on('click', (event) => { if (waits()) { press(pencil.snap(event.latlng)); } });
  map.on('mousemove', (event) => foresee(pencil.snap(event.latlng)));

  // What the editor tells.
  map.on('editable:drawing:click', (event) => event.latlng.update(pencil.snap(event.latlng)));
  map.on('editable:drawing:clicked', (event) => announce(event.latlng));
  map.on('editable:drawing:commit', () => {
    commit();
    window.setTimeout(() => { show(); use('edit'); }, 0);
  });
  map.on('editable:vertex:dragstart', () => { dragged = pencil.shape; });
  map.on('editable:vertex:drag', (event) => {
    if (tools.drawing()) { return; }
    const at = map.layerPointToLatLng(L.DomUtil.getPosition(event.vertex._icon));
    const to = pencil.snap(at);
    if (to !== at) { L.DomUtil.setPosition(event.vertex._icon, map.latLngToLayerPoint(to)); }
    const end = endOf(event.vertex);
    if (end && pencil.snaps) { pencil.tell('extending', { shape: dragged, end, to: position(to) }); } else { pencil.tell('moving', read()); }
  });
  map.on('editable:vertex:dragend', (event) => {
    if (tools.drawing()) { return; }
    event.vertex.latlng.update(pencil.snap(event.vertex.latlng));
    const end = endOf(event.vertex);
    if (end && dragged && pencil.snaps) {
      pencil.tell('extend', { shape: dragged, straight: read(), end, to: position(event.vertex.latlng) });
      return;
    }
    layer.setLatLngs(layer.getLatLngs());
    layer.editor.reset();
    commit();
    choose(event.vertex.latlng);
  });
  map.on('editable:vertex:deleted', () => { if (!tools.drawing()) { window.setTimeout(commit, 0); } });
  map.on('editable:vertex:rawclick', (event) => { event.cancel(); if (!tools.drawing()) { choose(event.vertex.latlng); box.focus(); } });
  // A right click deletes; a finger that rests on a vertex is about to drag it.
  map.on('editable:vertex:contextmenu', (event) => { if (!tools.drawing() && !isTouched) { remove(event.vertex.latlng); } });
  box.addEventListener('pointerdown', (event) => {
    isTouched = event.pointerType === 'touch';
    box.classList.toggle('plan-touched', isTouched);
  }, true);

  function endOf(vertex) {
    if (!layer || layer instanceof L.Polygon) { return ''; }
    const index = vertex.getIndex();
    return index === 0 ? 'first' : index === vertex.getLastIndex() ? 'last' : '';
  }

  function close() {
    const editor = tools._drawingEditor;
    if (editor && editor.drawing() && editor._drawnLatLngs.length >= editor.MIN_VERTEX) { tools.commitDrawing(); }
  }

  function cancel() {
    const wasDrawing = tools.drawing() || waits();
    stopTwo();
    tools.stopDrawing();
    if (wasDrawing) { show(); }
    choose(null);
    use('edit');
  }

  pencil.on('show', () => { show(); if (tool !== 'edit') { use('edit'); } });
  pencil.on('fit', fit);
  const first = () => (pencil.shape ? 'edit' : pencil.isLine() ? 'line' : 'polygon');
  pencil.on('ready', () => { fold(); use(first()); });
  pencil.on('kind', () => { if (!pencil.shape && pencil.isLine() !== (tool === 'line')) { use(first()); } }); // an area has other tools
  // The legend gives way to what is drawn; its button brings it back.
  function fold() { document.querySelectorAll('.zz-legend:not(.zz-closed)>button').forEach((button) => button.click()); }

  pencil.use = use;
  pencil.hand = {
    vertices, choose, place, remove, insert, commit, set, back, forth, close, cancel, foresee, first,
    chosen: () => chosen,
    tool: () => tool,
    n: () => (corner ? 1 : drawn().length), // places set of what is not yet a shape
    canClose: () => tools.drawing() && drawn().length >= tools._drawingEditor.MIN_VERTEX,
    canRedo: () => taken.length > 0,
    isDrawing: () => tool !== 'edit',
  };
}());
