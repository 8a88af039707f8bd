// The pencil by keys and buttons: the cross-hair in the map's middle is the pointer, a pair of figures is a place. ES2018.
(function () {
  'use strict';

  const { pencil } = window;
  const { map, hand } = pencil;
  const box = map.getContainer();
  const one = (selector) => document.querySelector(selector);
  const typed = one('[data-type-place]');
  const field = typed.elements.namedItem('place');
  let passes = false; // Esc lets the next Tab leave the map, however many vertices there are

  box.appendChild(one('.cross'));
  box.setAttribute('aria-describedby', 'map-keys');
  const hasFocus = () => document.activeElement === box;
  const aim = () => pencil.snap(map.getCenter());

  // What the cross-hair is on, and what would come of setting a place there.
  function follow() {
    if (!hasFocus() || box.classList.contains('plan-pointed')) { return; }
    tell(map.getCenter());
    const at = aim();
    hand.foresee(at);
    if (hand.isDrawing()) {
      map.editTools.moveForwardLineGuide(at);
      map.editTools.moveBackwardLineGuide(at);
    }
  }

  function tell(at) { one('[data-at]').textContent = pencil.written(at); }
  map.on('mousemove', (event) => tell(event.latlng));
  map.on('move', follow);
  box.addEventListener('focus', () => { passes = false; follow(); });
  box.addEventListener('pointerdown', () => box.classList.add('plan-pointed'), true); // the pointer is its own cross-hair

  function nextVertex(event) {
    const all = hand.vertices();
    const at = all.indexOf(hand.chosen()) + (event.shiftKey ? -1 : 1);
    const leaves = passes || !all.length || hand.isDrawing() || (!hand.chosen() && event.shiftKey) || at >= all.length || at < 0;
    if (leaves) { hand.choose(null); return; }
    event.preventDefault();
    hand.choose(all[at]);
    if (!map.getBounds().contains(all[at])) { map.panTo(all[at], { animate: false }); }
  }

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  function arrow(event) {
    const way = ARROWS[event.key];
    event.preventDefault();
    const at = hand.chosen();
    if (at) {
      const metres = event.shiftKey ? 10 : 1;
      move(at, L.latLng(pencil.metres(at, way[0] * metres, way[1] * metres)));
    } else {
      const px = event.shiftKey ? 100 : 20;
      map.panBy([way[0] * px, -way[1] * px], { animate: false });
    }
  }

  function move(at, to) {
    hand.place(at, to);
    hand.commit();
  }

  function takeOut() {
    if (hand.n()) { hand.back(); } else { hand.remove(hand.chosen()); }
  }

  // Undo and redo go vertex by vertex while something is being drawn, and shape by shape otherwise.
  function undo(step) {
    if (step < 0 ? hand.back() : hand.forth()) { return; }
    if (!pencil.past.can(step)) { return; }
    pencil.step(step);
    pencil.use(hand.first());
  }

  function cancel() {
    passes = !hand.isDrawing();
    hand.cancel();
  }

  const ON_MAP = {
    ' ': (event) => { event.preventDefault(); hand.set(aim()); },
    Enter: hand.close,
    Delete: takeOut,
    Backspace: takeOut,
    Insert: insert,
    i: insert,
    I: insert,
    '+': () => map.zoomIn(),
    '=': () => map.zoomIn(),
    '-': () => map.zoomOut(),
  };
  function insert() { if (hand.chosen() && !hand.isDrawing()) { hand.insert(hand.chosen()); } }

  function key(event) {
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === 'z' || event.key === 'Z') { undo(event.shiftKey ? 1 : -1); return; }
    if (event.key === 'Escape') { cancel(); return; }
    if (event.target === box && event.key === 'Tab') { nextVertex(event); }
    if (event.target !== box && event.target !== document.body) { return; } // buttons on the map have keys of their own
    if (ARROWS[event.key] || ON_MAP[event.key]) {
      box.classList.remove('plan-pointed');
      if (!hasFocus()) { box.focus(); }
      if (ARROWS[event.key]) { arrow(event); } else { ON_MAP[event.key](event); }
    }
  }
  document.addEventListener('keydown', key);

  // A pair of figures, in the map's own datum: the next place of what is drawn, or where the chosen vertex goes.
  function pair(text) {
    const figures = text.trim().split(/[\s,，、;；]+/).map(Number);
    const [lng, lat] = figures;
    return figures.length === 2 && Math.abs(lng) <= 180 && Math.abs(lat) <= 85 ? L.latLng(lat, lng) : null;
  }

  function refuse() {
    field.setAttribute('aria-invalid', 'true');
    one('[data-no-place]').hidden = false;
    one('[data-no-place]').textContent = pencil.say('noPlace', { given: field.value.slice(0, 40) });
    field.focus();
  }

  typed.addEventListener('submit', (event) => {
    event.preventDefault();
    const at = pair(field.value);
    if (!at) { refuse(); return; }
    map.panTo(at, { animate: false });
    if (hand.isDrawing()) { hand.set(at); field.value = ''; } else if (hand.chosen()) { move(hand.chosen(), at); }
    if (!typed.hidden) { field.focus(); }
  });

  // The strip above the map: what is to be done next, and the buttons for it.
  function hint(which) {
    const text = pencil.say(which || (pencil.shape ? 'idle' : 'tool'));
    const line = one('[data-hint]');
    if (line.textContent !== text) { line.textContent = text; }
    const at = hand.isDrawing() ? null : hand.chosen();
    typed.hidden = !which;
    one('[data-set-place]').textContent = pencil.say(at ? 'moveHere' : 'setHere');
    if (at && document.activeElement !== field) { field.value = at.lng.toFixed(7) + ', ' + at.lat.toFixed(7); }
    if (!at && typed.dataset.of === 'vertex') { field.value = ''; }
    typed.dataset.of = at ? 'vertex' : '';
    one('[data-no-place]').hidden = true;
    field.removeAttribute('aria-invalid');
    buttons();
  }

  function buttons() {
    one('[data-finish]').hidden = ['polygon', 'line', 'hole'].indexOf(hand.tool()) < 0;
    one('[data-finish]').disabled = !hand.canClose();
    one('[data-cancel]').hidden = !hand.isDrawing();
    ['insert', 'away'].forEach((name) => { one('[data-' + name + ']').hidden = hand.isDrawing() || !hand.chosen(); });
  }

  const again = (act) => () => { act(); box.focus(); };
  one('[data-finish]').addEventListener('click', again(hand.close));
  one('[data-cancel]').addEventListener('click', again(hand.cancel));
  one('[data-insert]').addEventListener('click', again(insert));
  one('[data-away]').addEventListener('click', again(() => hand.remove(hand.chosen())));

  document.querySelectorAll('[data-tool]').forEach((button) => button.addEventListener('click', (event) => {
    const name = button.dataset.tool;
    if (name === 'undo' || name === 'redo') { undo(name === 'undo' ? -1 : 1); return; }
    if (name === 'snap') { pencil.snaps = !pencil.snaps; told(); button.setAttribute('aria-pressed', String(pencil.snaps)); return; }
    if (name === 'delete') { takeOut(); return; }
    if (name === 'bring') { pencil.tell('bring'); return; }
    pencil.use(name);
    box.classList.toggle('plan-pointed', event.detail > 0); // 0: by a key
    box.focus();
  }));

  function told() {
    one('[data-snap]').textContent = pencil.say(pencil.snaps ? 'snapOn' : 'snapOff');
    one('[data-n-vertices]').textContent = pencil.say('vertices', { n: pencil.rings(pencil.shape).reduce((n, list) => n + list.length, 0) });
  }

  function allow() {
    document.querySelectorAll('[data-tool]').forEach((button) => {
      const name = button.dataset.tool;
      const isArea = ['polygon', 'rectangle', 'circle', 'hole'].indexOf(name) >= 0;
      if (isArea) { button.disabled = pencil.isLine() || (name === 'hole' && !pencil.shape); }
      if (name === 'line') { button.disabled = !pencil.isLine(); }
      if (name === 'undo') { button.disabled = !hand.n() && !pencil.past.can(-1); }
      if (name === 'redo') { button.disabled = !hand.canRedo() && !pencil.past.can(1); }
    });
    buttons();
  }

  pencil.on('hint', hint);
  pencil.on('drawing', allow);
  pencil.on('change', () => { told(); allow(); });
  pencil.on('past', allow);
  pencil.on('kind', allow);
  pencil.on('ready', told);
}());
