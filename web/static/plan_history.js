// Versions laid on each other and put back; shapes from a text or a file. ES2018.
(function () {
  'use strict';

  const pencil = window.pencil;
  const data = pencil.data;
  const one = (selector) => document.querySelector(selector);
  const pieces = L.layerGroup().addTo(pencil.map);
  const here = () => '/plan/target/' + encodeURIComponent(data.target) + '/' + encodeURIComponent(data.part);
  const compare = one('[data-difference]');

  function difference(event) {
    event.preventDefault();
    const a = compare.elements.namedItem('a').value, b = compare.elements.namedItem('b').value;
    pencil.ask(here() + '/difference?a=' + a + '&b=' + b).then((found) => {
      one('[data-pieces]').innerHTML = found.html; // the server's own template
      pieces.clearLayers();
      Object.keys(found.pieces).forEach((name) => {
        L.geoJSON(found.pieces[name], { style: () => ({ className: 'plan-piece plan-' + name, interactive: false }), interactive: false }).addTo(pieces);
      });
    }).catch((error) => pencil.tell('failed', error));
  }

  function restore() {
    const body = { part_id: data.part, wanted: Number(compare.elements.namedItem('a').value), form: { reason: one('[name=reason]').value } };
    pencil.ask(here() + '/restore', body, { headers: { 'If-Match': '"' + data.versions.entry + '.' + data.versions.part + '"' } })
      .then(() => pencil.tell('restored'))
      .catch((error) => pencil.tell('failed', error));
  }

  if (compare) {
    compare.addEventListener('submit', difference);
    one('[data-restore]').addEventListener('click', restore);
  }

  // Bring: look first, then take one.
  const bring = one('[data-bring]');
  const reading = one('[data-read]');

  function line(tag, text) {
    const made = document.createElement(tag);
    made.textContent = text;
    return made;
  }

  function preview(found) {
    const box = one('[data-preview]');
    box.textContent = '';
    const report = document.createElement('ul');
    report.className = 'xs report';
    found.report.forEach((text) => report.appendChild(line('li', text)));
    box.appendChild(report);
    pieces.clearLayers();
    found.shapes.forEach((brought, index) => {
      const drawn = L.geoJSON(brought.shape, { style: () => ({ className: 'plan-piece plan-ahead', interactive: false }), interactive: false }).addTo(pieces);
      const button = line('button', brought.label);
      button.type = 'button';
      button.className = 'btn';
      button.addEventListener('click', () => {
        pieces.clearLayers();
        pencil.change(brought.shape, { width: brought.half_width });
        pencil.tell('fit');
        pencil.use('edit');
      });
      box.appendChild(button);
      if (index === 0) { pencil.map.fitBounds(drawn.getBounds().pad(0.4), { animate: false, maxZoom: 18 }); }
    });
  }

  reading.addEventListener('submit', (event) => {
    event.preventDefault();
    const sent = new window.FormData(reading);
    if (!reading.elements.namedItem('file').files.length) { sent.delete('file'); }
    sent.append('kind', one('[name=kind]').value);
    pencil.ask('/plan/read', sent).then(preview).catch((error) => { one('[data-preview]').textContent = error.message; });
  });
  pencil.on('bring', () => { bring.hidden = !bring.hidden; if (!bring.hidden) { bring.scrollIntoView(); reading.elements.namedItem('text').focus(); } });
}());
