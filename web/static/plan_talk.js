// Talking with the server: counted while drawing, older questions given up, an ended session survived. ES2018.
(function () {
  'use strict';

  const pencil = window.pencil;
  const data = pencil.data;
  const WAIT_MS = 60;
  const LATER_MS = 500; // until hotspots that were not there yet are asked for again, each time as long again
  const MOST_TIMES = 20;
  let token = data.token;
  let asking = null;
  let timer = 0;

  function address(path) {
    const days = 'from=' + data.from + '&to=' + data.to + '&lang=' + data.language;
    return path + (path.indexOf('?') < 0 ? '?' : '&') + days;
  }

  function send(path, options) {
    const headers = Object.assign({ Accept: 'application/json', 'X-CSRFToken': token }, options.headers);
    return window.fetch(address(path), Object.assign({ credentials: 'same-origin' }, options, { headers }));
  }

  function renew() {
    return window.fetch('/plan/token', { credentials: 'same-origin', headers: { Accept: 'application/json' } })
      .then((answer) => (/json/.test(answer.headers.get('Content-Type')) ? answer.json() : {}))
      .then((found) => { if (!found.token) { throw Object.assign(new Error('signed out'), { signIn: true }); } token = found.token; });
  }

  function understood(answer, again) {
    return answer.json().catch(() => ({})).then((body) => {
      if (answer.ok) { return body; }
      if (body.is_forged && again) { return renew().then(again); }
      throw Object.assign(new Error(body.sentence || String(answer.status)), { status: answer.status, body, signIn: answer.status === 401 });
    });
  }

  // A promise of the JSON answer; it fails with `sentence`, `status`, `body`, and `signIn` where the session has ended.
  pencil.ask = function (path, body, more) {
    const extra = more || {};
    const isForm = body instanceof window.FormData;
    const options = body === undefined ? { method: 'GET' } : { method: 'POST', body: isForm ? body : JSON.stringify(body) };
    options.headers = Object.assign(isForm || body === undefined ? {} : { 'Content-Type': 'application/json' }, extra.headers);
    if (extra.signal) { options.signal = extra.signal; }
    return send(path, options).then((answer) => understood(answer, body === undefined ? null : () => send(path, options).then((second) => understood(second, null))));
  };

  pencil.said = function (shape) {
    return {
      shape, half_width: pencil.isLine() ? pencil.width : null, datum: data.datum, target_id: data.target || '', part_id: data.part,
      kind: document.querySelector('[name=kind]').value, year: Number(document.querySelector('[name=year]').value),
      shown_version: data.versions.part,
    };
  };

  // One question at a time: a newer one gives the older one up. One that only repeats changes nothing on the page.
  function only(path, body, then, times) {
    window.clearTimeout(timer);
    if (asking) { asking.abort(); }
    timer = window.setTimeout(() => {
      const own = asking = new window.AbortController();
      if (!times) { pencil.tell('asking'); }
      pencil.ask(path, body, { signal: own.signal }).then((found) => { if (asking === own) { asking = null; then(found); } })
        .catch((error) => { if (error.name !== 'AbortError' && asking === own) { asking = null; pencil.tell('failed', error); } });
    }, times ? times * LATER_MS : WAIT_MS);
  }

  pencil.look = function (shape, times) {
    if (!shape) { if (asking) { asking.abort(); } window.clearTimeout(timer); pencil.tell('looked', null); return; }
    only('/plan/look', pencil.said(shape), (found) => {
      pencil.tell('looked', found);
      if (found.later && (times || 0) < MOST_TIMES) { pencil.look(shape, (times || 0) + 1); }
    }, times);
  };

  pencil.mend = function (remedy, other) {
    pencil.ask('/plan/mend', Object.assign(pencil.said(pencil.shape), { remedy, other }))
      .then((found) => pencil.change(found.shape, { width: found.half_width }))
      .catch((error) => pencil.tell('failed', error));
  };

  pencil.on('moving', (shape) => pencil.look(shape));
  pencil.on('change', () => pencil.look(pencil.shape));
  pencil.on('extending', (move) => only('/plan/extend', Object.assign(pencil.said(move.shape), { end: move.end, to: move.to }), (found) => {
    pencil.tell('looked', found);
    pencil.tell('preview', found.shape);
  }));
  pencil.on('extend', (move) => {
    window.clearTimeout(timer);
    if (asking) { asking.abort(); asking = null; }
    pencil.ask('/plan/extend', Object.assign(pencil.said(move.shape), { end: move.end, to: move.to }))
      .then((found) => { pencil.tell('preview', null); pencil.change(found.shape); })
      .catch((error) => { pencil.tell('preview', null); pencil.change(move.straight); pencil.tell('failed', error); });
  });
}());
