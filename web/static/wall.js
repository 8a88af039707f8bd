// The wall: asks each minute whether something has changed, replaces it without a flash, keeps the old picture with a
// strip above it while there is no answer, and turns from place to place. Only Esc does anything. ES2018.
(function () {
  'use strict';

  const STEP_MS = 15000; // each place; the county has two of them
  const COUNTY_STEPS = 2;
  const STEPS_PER_POLL = 4; // where nothing answers, it is asked at each step
  const PATIENCE_MS = 40000;
  const LONG_MS = 6 * 3600 * 1000; // from when on the strip says the day too
  const PICTURES_MS = 4000;

  const { nonce } = document.currentScript;
  const wall = document.getElementById('wall');
  const strip = document.getElementById('strip');
  const one = (selector) => wall.querySelector(selector);
  const all = (selector, within) => Array.prototype.slice.call((within || wall).querySelectorAll(selector));
  const ids = (element) => JSON.parse(element.dataset.map);
  let { tag, time } = wall.dataset;
  let heardAt = Date.now();
  let trouble = null; // 'away', 'ended' or 'refused' while the picture is an old one
  let asking = false;
  let steps = 0;
  let code = '';
  let place = 0; // 0 is the county

  // The map is drawn for text of 12 px; captions here are 1 rem.
  function scale() {
    const rem = parseFloat(window.getComputedStyle(document.documentElement).fontSize);
    document.documentElement.style.setProperty('--scale', String(rem / 12));
  }

  // The script of the map, which came as text with the parts.
  function run(text) {
    const script = document.createElement('script');
    script.nonce = nonce;
    script.textContent = text;
    document.head.appendChild(script);
    script.remove();
  }

  function drawMap(text) {
    code = text;
    run(text);
    const { layers } = one('.wall-figure').dataset;
    if (layers) { window.zhengzhi.setLayers(layers.split(',')); }
  }

  // Until the pictures of a map have come, or have had their time.
  function pictured(ground) {
    const waiting = all('img', ground).filter((image) => !image.complete)
      .map((image) => new Promise((done) => { ['load', 'error'].forEach((name) => image.addEventListener(name, done)); }));
    return Promise.race([Promise.all(waiting), new Promise((done) => { window.setTimeout(done, PICTURES_MS); })]);
  }

  // A map that has changed is drawn above the old one, unseen, and takes its place when it is whole.
  function replaceMap(ground, text) {
    const [before, old] = [window.zhengzhi, all('.ground').slice(-1)[0]];
    all('[id]', old).forEach((element) => element.removeAttribute('id'));
    ground.classList.add('coming');
    old.parentNode.insertBefore(ground, old.nextSibling);
    drawMap(text);
    turn();
    pictured(ground).then(() => {
      ground.classList.remove('coming');
      before.stop();
      old.remove();
    });
  }

  // What has changed takes the place of what stood there; the map only where it is another.
  function show(html) {
    const parts = new DOMParser().parseFromString(html, 'text/html');
    const [ground, text] = [parts.querySelector('.ground'), parts.getElementById('map-code').textContent];
    ['.wall-head', '.wall-side', '.wall-time'].forEach((name) => one(name).replaceWith(document.importNode(parts.querySelector(name), true)));
    if (text === code) { turn(); } else { replaceMap(document.importNode(ground, true), text); }
  }

  function tell() {
    const had = !strip.hidden;
    strip.hidden = !trouble;
    document.body.classList.toggle('is-stale', Boolean(trouble));
    if (had === strip.hidden) { fill(); } // the strip takes room, or has given it back
    if (!trouble) { one('[data-clock]').textContent = time.slice(-5); return; }
    const since = Date.now() - heardAt > LONG_MS ? time : time.slice(-5);
    const lines = ['stopped', trouble.why].map((name) => strip.dataset[name].replace('{time}', since).replace('{status}', trouble.status));
    if (strip.textContent === lines.join('')) { return; }
    strip.textContent = '';
    strip.appendChild(document.createElement('b')).textContent = lines[0];
    strip.appendChild(document.createElement('span')).textContent = lines[1];
  }

  // The map into the room that it now has.
  function fill() {
    if (!code) { return; }
    window.zhengzhi.map.invalidateSize({ animate: false });
    turn();
  }

  function fail(why, status) {
    trouble = { why, status };
    tell();
  }

  // An answer: something new, nothing new, another page (the program is another, or first incidents came), or none.
  function take(answer) {
    const said = answer.headers.get('X-Wall-Time');
    if (answer.redirected || (answer.ok && !said)) { fail('ended'); return null; }
    if (answer.status !== 304 && !answer.ok) { fail('refused', answer.status); return null; }
    if (answer.headers.get('X-Wall-Page') !== wall.dataset.page) { window.location.reload(); return null; }
    const heard = () => {
      [time, heardAt, trouble] = [said, Date.now(), null];
      tell();
    };
    return answer.text().then((html) => { // read to its end in either case, so that no connection is left open
      if (answer.status === 304) { heard(); return; }
      show(html);
      tag = answer.headers.get('ETag').replace(/^W\//, '').replace(/"/g, '');
      heard();
    });
  }

  function ask() {
    if (asking) { return; }
    asking = true;
    const patience = new AbortController();
    const timer = window.setTimeout(() => patience.abort(), PATIENCE_MS);
    const done = () => { window.clearTimeout(timer); asking = false; };
    window.fetch(wall.dataset.parts + window.location.search, {
      headers: { 'If-None-Match': '"' + tag + '"' }, credentials: 'same-origin', cache: 'no-store', signal: patience.signal,
    }).then(take).then(done, () => { done(); fail('away'); });
  }

  // The county, then each place that needs action.
  function turn() {
    if (!code) { return; }
    const rows = all('.wall-row');
    if (place > rows.length) { place = 0; }
    const shown = place ? rows[place - 1] : one('.wall-figure');
    rows.forEach((row) => row.classList.toggle('on', row === shown));
    one('[data-place]').textContent = (place ? place + ' · ' : '') + shown.dataset.name;
    window.zhengzhi.look(ids(shown));
  }

  let stood = 0; // steps at this place
  function step() {
    steps += 1;
    stood += 1;
    if (stood >= (place ? 1 : COUNTY_STEPS)) {
      stood = 0;
      place = place < all('.wall-row').length ? place + 1 : 0;
      turn();
    }
    if (trouble || steps % STEPS_PER_POLL === 0) { ask(); }
  }

  // Out to the console; where the session has ended, by way of the sign-in back to this wall.
  function leave() {
    const query = window.location.search;
    window.location.assign(trouble && trouble.why === 'ended' ? window.location.pathname + query : wall.dataset.console + query);
  }

  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { leave(); }
    if (event.key === 'Tab' || event.key === 'Enter' || event.key === ' ') { event.preventDefault(); }
  });
  window.addEventListener('resize', () => { scale(); fill(); });
  window.addEventListener('online', ask);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) { ask(); } });

  scale();
  const own = document.getElementById('map-code');
  if (own) { drawMap(own.textContent); turn(); }
  window.setInterval(step, STEP_MS);
}());
