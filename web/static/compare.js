// Before and after: whatever one map does, the other does too; where they stand is in the address. ES2018.
(function () {
  'use strict';

  const now = window.zhengzhi;
  const before = window.zhengzhiBefore || null;
  const sides = before ? [before, now] : [now];
  const asked = new URL(window.location.href).searchParams;
  let following = false; // while a map moves because the other did

  function remember(changes) {
    const address = new URL(window.location.href);
    Object.keys(changes).forEach((name) => {
      if (changes[name]) { address.searchParams.set(name, changes[name]); } else { address.searchParams.delete(name); }
    });
    window.history.replaceState(null, '', address);
  }

  function follow(leader, other) {
    if (following || document.body.classList.contains('zz-printing')) { return; }
    following = true;
    other.map.setView(leader.map.getCenter(), leader.map.getZoom(), { animate: false });
    following = false;
  }

  // One legend between the maps switches both and covers neither; the other is not needed.
  const legends = Array.prototype.slice.call(document.querySelectorAll('.side-map .zz-legend'));
  const shared = legends.pop();
  legends.forEach((one) => one.remove());
  if (shared) { document.querySelector('.verdict').appendChild(shared); }
  sides.forEach((side) => side.fit()); // the legends have left room

  if (before) {
    now.map.on('move zoom', () => follow(now, before));
    before.map.on('move zoom', () => follow(before, now));
    // Each map has fitted itself into the paper.
    window.addEventListener('beforeprint', () => now.gently(() => {
      before.map.setView(now.map.getCenter(), now.map.getZoom(), { animate: false });
    }));
  }
  // Both insets enlarge the same ground.
  const crowds = before ? sides.map((side) => side.enlarged()).filter(Boolean) : [];
  if (crowds.length === 2) { sides.forEach((side) => side.enlarge(window.L.latLngBounds(crowds[0]).extend(crowds[1]))); }

  if (!window.standing.restore(now.map, asked.get('at')) && before) { follow(now, before); }
  now.map.on('moveend', () => remember({ at: window.standing.written(now.map) }));

  if (asked.has('layers')) { sides.forEach((side) => side.setLayers(asked.get('layers').split(','))); }
  let switching = false;
  document.addEventListener('zhengzhi:layers', (event) => {
    if (switching) { return; }
    switching = true;
    sides.forEach((side) => side.setLayers(event.detail.layers));
    switching = false;
    remember({ layers: event.detail.layers.join(',') || 'none' });
  });

  for (let layer = 1; layer < Number(document.getElementById('map-now').dataset.tileLayers); layer += 1) {
    sides.forEach((side) => window.L.tileLayer('/tiles/{z}/{x}/{y}?layer=' + layer, { maxZoom: 18 }).addTo(side.map));
  }

  // Where the maps stand goes along to another period or language, and back to the console.
  document.addEventListener('click', (event) => {
    const link = event.target.closest ? event.target.closest('a[href^="/compare"], a.btn[href^="/"]') : null;
    const here = new URL(window.location.href).searchParams;
    if (!link) { return; }
    const address = new URL(link.href);
    ['at', 'layers'].forEach((name) => { if (here.get(name)) { address.searchParams.set(name, here.get(name)); } });
    link.href = address;
  });

  document.addEventListener('keydown', (event) => {
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) { return; }
    const step = /^[[\]]$/.test(event.key) && document.querySelector('[data-key="' + event.key + '"]');
    if (step) { step.click(); }
  });
}());
