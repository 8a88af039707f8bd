// Drawing on the map: the editor's shape to and from GeoJSON, the tools, the keys. ES2018.
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
  let corner = null;
  let preview = null;
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
    const told = document.querySelector('[data-vertex]');
    if (!at || !at.__vertex || !at.__vertex._icon) { chosen = null; told.textContent = ''; return; }
    at.__vertex._icon.classList.add('plan-on');
    const all = vertices();
    told.textContent = pencil.say('ring', { n: all.indexOf(at) + 1, all: all.length, place: at.lng.toFixed(5) + ', ' + at.lat.toFixed(5) });
  }

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

  // Tools. Rectangle and circle take two places: with mouse, finger, or cross-hair and Space.
  function hint(key) {
    const line = document.querySelector('[data-hint]');
    line.hidden = !key;
    line.textContent = key ? pencil.say(key) : '';
  }

  function use(name) {
    tools.stopDrawing();
    stopTwo();
    tool = name;
    document.querySelectorAll('[data-tool]').forEach((button) => {
      const pressed = button.dataset.tool === name || (button.dataset.tool === 'snap' && pencil.snaps);
      button.setAttribute('aria-pressed', String(pressed));
    });
    box.classList.toggle('plan-drawing', name !== 'edit');
    hint({ polygon: 'drawing', line: 'drawing', rectangle: 'one', circle: 'round', hole: 'hole' }[name]);
    if (name === 'polygon' || name === 'line') { start(name); }
    if (name === 'rectangle' || name === 'circle') { tools.blockEvents(); }
    if (name === 'hole') { startHole(); }
  }

  function start(name) {
    if (layer) { layer.disableEdit(); layer.remove(); }
    choose(null);
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

  function press(latlng) {
    const at = pencil.snap(latlng);
    if (tool === 'hole') {
      stopTwo();
      layer.editor.newHole(at);
      return;
    }
    if (!corner) { corner = at; return; }
    if (map.distance(corner, at) < 0.5) { return; }
    const drawn = outline(at);
    stopTwo();
    pencil.change({ type: 'Polygon', coordinates: [drawn] });
    use('edit');
  }

  const waits = () => tool === 'rectangle' || tool === 'circle' || (tool === 'hole' && !tools.drawing());

  map.on('click', (event) => { if (waits()) { press(event.latlng); } });
  map.on('mousemove', (event) => {
    document.querySelector('[data-at]').textContent = event.latlng.lng.toFixed(5) + ', ' + event.latlng.lat.toFixed(5);
    if (!corner || tool === 'hole') { return; }
    const at = places(outline(pencil.snap(event.latlng)));
    if (preview) { preview.setLatLngs(at); } else { preview = L.polygon(at, Object.assign({ interactive: false, dashArray: '5 4' }, look)).addTo(map); }
  });

  // What the editor tells.
  map.on('editable:drawing:click', (event) => event.latlng.update(pencil.snap(event.latlng)));
  map.on('editable:drawing:clicked', () => { const shape = read(); if (shape) { pencil.tell('moving', shape); } });
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
  map.on('editable:vertex:rawclick', (event) => { event.cancel(); choose(event.vertex.latlng); box.focus(); });
  map.on('editable:vertex:contextmenu', (event) => { if (!tools.drawing()) { remove(event.vertex.latlng); } });

  function endOf(vertex) {
    if (!layer || layer instanceof L.Polygon) { return ''; }
    const index = vertex.getIndex();
    return index === 0 ? 'first' : index === vertex.getLastIndex() ? 'last' : '';
  }

  // Keys, while the map has the focus; the cross-hair in its middle is the pointer.
  function nextVertex(event) {
    const all = vertices();
    const at = all.indexOf(chosen) + (event.shiftKey ? -1 : 1);
    if (!all.length || tools.drawing() || (chosen === null && event.shiftKey) || at >= all.length || at < 0) { choose(null); return; }
    event.preventDefault();
    choose(all[at]);
    if (!map.getBounds().contains(all[at])) { map.panTo(all[at], { animate: false }); }
  }

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  function arrow(event) {
    const way = ARROWS[event.key];
    event.preventDefault();
    if (chosen) {
      const metres = event.shiftKey ? 10 : 1;
      place(chosen, L.latLng(pencil.metres(chosen, way[0] * metres, way[1] * metres)));
      commit();
    } else {
      const px = event.shiftKey ? 100 : 20;
      map.panBy([way[0] * px, -way[1] * px], { animate: false });
    }
  }

  function set(event) {
    event.preventDefault();
    const at = pencil.snap(map.getCenter());
    if (waits()) { press(at); return; }
    if (tools.drawing()) {
      if (!map.hasLayer(layer)) { tools._drawingEditor.connect(); }
      tools._drawingEditor.push(L.latLng(at.lat, at.lng));
      const shape = read();
      if (shape) { pencil.tell('moving', shape); }
    }
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

  function key(event) {
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) { return; }
    const onMap = event.target === box || event.target === document.body || box.contains(event.target);
    if (event.key === 'z' || event.key === 'Z') { pencil.step(event.shiftKey ? 1 : -1); return; }
    if (event.key === 'Escape') { cancel(); return; }
    if (!onMap) { return; }
    if (event.key === 'Tab' && event.target !== document.body) { nextVertex(event); }
    if (ARROWS[event.key]) { arrow(event); }
    if (event.key === ' ') { set(event); }
    if (event.key === 'Enter') { close(); }
    if (event.key === 'Delete' || event.key === 'Backspace') {
      if (tools.drawing()) { tools._drawingEditor.pop(); } else { remove(chosen); }
    }
    if (event.key === '+' || event.key === '=') { map.zoomIn(); }
    if (event.key === '-') { map.zoomOut(); }
  }

  document.addEventListener('keydown', key);
  document.querySelectorAll('[data-tool]').forEach((button) => button.addEventListener('click', () => {
    const name = button.dataset.tool;
    if (name === 'undo' || name === 'redo') { pencil.step(name === 'undo' ? -1 : 1); return; }
    if (name === 'snap') { pencil.snaps = !pencil.snaps; told(); use(tool); return; }
    if (name === 'delete') { remove(chosen); return; }
    if (name === 'bring') { pencil.tell('bring'); return; }
    use(name);
    box.focus();
  }));

  function told() {
    document.querySelector('[data-snap]').textContent = pencil.say(pencil.snaps ? 'snapOn' : 'snapOff');
    document.querySelector('[data-n-vertices]').textContent = pencil.say('vertices', { n: pencil.rings(pencil.shape).reduce((n, list) => n + list.length, 0) });
  }

  function allow() {
    document.querySelectorAll('[data-tool]').forEach((button) => {
      const name = button.dataset.tool;
      const isArea = ['polygon', 'rectangle', 'circle', 'hole'].indexOf(name) >= 0;
      if (isArea) { button.disabled = pencil.isLine() || (name === 'hole' && !pencil.shape); }
      if (name === 'line') { button.disabled = !pencil.isLine(); }
      if (name === 'undo') { button.disabled = !pencil.past.can(-1); }
      if (name === 'redo') { button.disabled = !pencil.past.can(1); }
    });
  }

  pencil.on('show', show);
  pencil.on('change', () => { told(); allow(); });
  pencil.on('past', allow);
  pencil.on('kind', allow);
  pencil.on('fit', fit);
  pencil.on('ready', () => { fold(); told(); use(pencil.shape ? 'edit' : pencil.isLine() ? 'line' : 'polygon'); });
  // The legend gives way to what is drawn; its button brings it back.
  function fold() { document.querySelectorAll('.zz-legend').forEach((card) => card.classList.add('zz-closed')); }

  pencil.use = use;
}());
