// The two maps of a target's page: fetched when they come into sight, drawn beside each other, moving together. ES2018.
(function () {
  'use strict';

  const nonce = document.currentScript.nonce;
  const box = document.getElementById('maps');
  const sides = {};
  let following = false; // while a map moves because the other did

  function run(code) {
    const script = document.createElement('script');
    script.nonce = nonce;
    script.textContent = code;
    document.head.appendChild(script);
    script.remove();
  }

  // One after the other: each needs those before it.
  function load(source) {
    return new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.nonce = nonce;
      script.onload = resolve;
      script.onerror = () => reject(new Error(source));
      script.src = source;
      document.head.appendChild(script);
    });
  }

  function loadHead(head) {
    const parts = Array.prototype.slice.call(head.querySelectorAll('link, style, script[src]'));
    const first = document.querySelector('link[rel=stylesheet]'); // the page's own rules come after the map's
    return parts.reduce((before, part) => before.then(() => {
      if (part.tagName === 'SCRIPT') { return load(part.getAttribute('src')); }
      first.parentNode.insertBefore(document.importNode(part, true), first);
      return null;
    }), Promise.resolve());
  }

  function follow(leader, other) {
    if (following || !other) { return; }
    following = true;
    other.map.setView(leader.map.getCenter(), leader.map.getZoom(), { animate: false });
    following = false;
  }

  function show(name, pair) {
    const side = window.zhengzhi;
    const shape = JSON.parse(pair.dataset.shape);
    sides[name] = side;
    window.L.geoJSON(shape, { interactive: false, style: () => ({ className: 'own-boundary', pane: 'zz-symbols' }) }).addTo(side.map);
    const layers = Number(document.getElementById('map-' + name).dataset.tileLayers);
    for (let layer = 1; layer < layers; layer += 1) {
      window.L.tileLayer('/tiles/{z}/{x}/{y}?layer=' + layer, { maxZoom: 18 }).addTo(side.map);
    }
  }

  function together() {
    const { now, before } = sides;
    if (!before) { return; }
    now.map.on('move zoom', () => follow(now, before));
    before.map.on('move zoom', () => follow(before, now));
    let switching = false;
    document.addEventListener('zhengzhi:layers', (event) => {
      if (switching) { return; }
      switching = true;
      [before, now].forEach((side) => side.setLayers(event.detail.layers));
      switching = false;
    });
  }

  // One legend for both, beside them.
  function oneLegend(pair) {
    const legends = Array.prototype.slice.call(pair.querySelectorAll('.zz-legend'));
    const own = legends.filter((legend) => legend.closest('#map-now'))[0];
    legends.forEach((legend) => legend.remove());
    own.classList.remove('zz-closed');
    pair.querySelector('.map-key').appendChild(own);
  }

  // On paper the maps are the last sheet. Paper has a fixed width: the same ground is fitted into it, and the screen's view comes back afterwards.
  function printing() {
    const after = box.nextElementSibling;
    let seen = null;
    const each = (act) => Object.keys(sides).forEach((name) => act(sides[name].map));
    window.addEventListener('beforeprint', () => {
      const { map } = sides.now;
      seen = { center: map.getCenter(), zoom: map.getZoom(), bounds: map.getBounds() };
      document.body.classList.add('printing');
      box.parentNode.appendChild(box);
      following = true;
      sides.now.gently(() => each((one) => {
        one.invalidateSize({ animate: false, pan: false });
        one.fitBounds(seen.bounds, { animate: false });
      }));
      following = false;
    });
    window.addEventListener('afterprint', () => {
      if (!seen) { return; }
      document.body.classList.remove('printing');
      box.parentNode.insertBefore(box, after);
      each((one) => one.invalidateSize({ animate: false, pan: false }));
      sides.now.map.setView(seen.center, seen.zoom, { animate: false });
      seen = null;
    });
  }

  // The map's script makes `window.zhengzhi`, whose parts stay that map's own in the closure that made them.
  function draw(part) {
    const pair = document.importNode(part.querySelector('.pair'), true);
    box.appendChild(pair);
    part.querySelectorAll('.map-code').forEach((code) => { run(code.textContent); show(code.dataset.side, pair); });
    together();
    oneLegend(pair);
    printing();
    sides.now.map.fitBounds(JSON.parse(pair.dataset.view), { animate: false });
    box.classList.add('drawn');
  }

  function fetchMaps() {
    window.fetch(box.dataset.address, { credentials: 'same-origin' })
      .then((answer) => (answer.ok && !answer.redirected ? answer.text() : ''))
      .then((text) => {
        const part = new DOMParser().parseFromString(text, 'text/html');
        const head = part.querySelector('.map-head');
        return head ? loadHead(head.content).then(() => draw(part)) : null; // without maps the link to the county's stays
      })
      .catch(() => {});
  }

  if (!window.IntersectionObserver) { fetchMaps(); return; }
  const sight = new window.IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting)) { sight.disconnect(); fetchMaps(); }
  }, { rootMargin: '120px' });
  sight.observe(box);
}());
