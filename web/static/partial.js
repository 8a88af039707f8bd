// Partial updates: the console is fetched anew without leaving the page, and keeps its old picture while that lasts or
// where it fails. htmx fetches, swaps and keeps the history; the map's script runs with this page's own nonce. ES2018.
(function () {
  'use strict';

  const nonce = document.currentScript.nonce;
  const body = document.body;
  const fault = document.getElementById('fault');
  const KEPT = ['layers', 'tab', 'month', 'at']; // what the page alone changes in its address
  let failed = null; // how to ask again
  let wanted = null; // the address of the whole page that was asked for
  let drawn = null; // what the map showed before it made way

  const inPage = () => new URL(window.location.href).searchParams;

  // An address with what the page has changed in its own since the server wrote it.
  function current(address) {
    const url = new URL(address, window.location.href);
    const here = inPage();
    KEPT.forEach((name) => {
      if (here.has(name)) { url.searchParams.set(name, here.get(name)); } else { url.searchParams.delete(name); }
    });
    return url.pathname + url.search.replace(/%2C/g, ',');
  }

  function ask(address, options) {
    fault.hidden = true;
    failed = () => ask(address, options);
    return window.htmx.ajax('GET', address, options).catch(() => {}); // one that gave way to the next
  }

  // The whole console at another address.
  function go(address) {
    wanted = address;
    const source = document.getElementById('console');
    source.setAttribute('hx-push-url', address);
    return ask(address, { source, target: '#console', select: '#console', swap: 'outerHTML' });
  }

  // The figures of what is selected alone; the map and the lists stay.
  function figures(address) {
    wanted = address;
    const source = document.getElementById('console');
    source.setAttribute('hx-push-url', address);
    return ask('/figures' + address.slice(address.indexOf('?') < 0 ? address.length : address.indexOf('?')),
      { source, target: '#key-figures', swap: 'outerHTML' });
  }

  function replace(address) {
    window.history.replaceState({ htmx: true }, '', address);
  }

  // The map's own script, which came as text with the page.
  function drawMap() {
    const code = document.getElementById('map-code');
    if (!code) { return; }
    const script = document.createElement('script');
    script.nonce = nonce;
    script.textContent = code.textContent;
    document.head.appendChild(script);
    script.remove();
    code.remove();
    if (drawn) { window.zhengzhi.map.setView(drawn.center, drawn.zoom, { animate: false }); }
    document.querySelector('.map').classList.add('drawn');
    document.dispatchEvent(new CustomEvent('console:drawn'));
  }

  function clearMap() {
    if (!window.zhengzhi || !window.zhengzhi.ready) { return; }
    const { map } = window.zhengzhi;
    drawn = { center: map.getCenter(), zoom: map.getZoom() };
    window.zhengzhi.stop();
    window.zhengzhi.ready = false;
  }

  function say(sentence) {
    body.classList.remove('loading');
    fault.querySelector('p').textContent = sentence;
    fault.hidden = false;
  }

  // What the server said went wrong, without its page.
  function sentenceOf(text) {
    const page = new DOMParser().parseFromString(text, 'text/html');
    const said = page.querySelector('.fault h1');
    return said ? said.textContent : fault.dataset.otherwise;
  }

  // The sign-in, which leads on to the whole page, never to a part of it.
  function withWayBack(address) {
    const url = new URL(address);
    if (wanted && url.searchParams.has('next')) { url.searchParams.set('next', wanted); }
    return url.href;
  }

  const isConsole = (text) => text.indexOf('id="console"') >= 0 || text.indexOf('id="key-figures"') >= 0;

  document.addEventListener('htmx:beforeRequest', () => body.classList.add('loading'));
  document.addEventListener('htmx:historyCacheMiss', () => body.classList.add('loading'));
  document.addEventListener('htmx:afterRequest', () => body.classList.remove('loading'));
  document.addEventListener('htmx:beforeSwap', (event) => {
    const { xhr, target } = event.detail;
    if (xhr.status === 200 && !isConsole(xhr.response)) { // the session has ended: its page is another one
      event.detail.shouldSwap = false;
      window.location.assign(withWayBack(xhr.responseURL));
    } else if (xhr.status === 200 && target.id === 'console') { clearMap(); }
  });
  document.addEventListener('htmx:afterSettle', () => { drawMap(); document.dispatchEvent(new CustomEvent('console:settled')); });
  document.addEventListener('htmx:responseError', (event) => say(sentenceOf(event.detail.xhr.response)));
  ['htmx:sendError', 'htmx:timeout'].forEach((name) => {
    document.addEventListener(name, () => say(fault.dataset.unreachable));
  });

  // Heat that does not come: of data that have changed since, or of a session that has ended, the page is asked anew.
  document.addEventListener('zhengzhi:heat-missing', (event) => {
    window.fetch(event.detail.address, { credentials: 'same-origin' }).then((answer) => {
      if (answer.ok) { return; } // it was busy for a moment
      failed = () => window.location.reload();
      say([401, 403, 404].indexOf(answer.status) >= 0 ? fault.dataset.outdated : fault.dataset.otherwise);
    }, () => {
      failed = () => window.location.reload();
      say(fault.dataset.unreachable);
    });
  });

  // Back and forward: htmx asks the server for the page of that address.
  document.addEventListener('htmx:historyCacheMissLoad', clearMap);
  document.addEventListener('htmx:historyRestore', () => {
    body.classList.remove('loading');
    drawMap();
    document.dispatchEvent(new CustomEvent('console:settled'));
  });
  document.addEventListener('htmx:historyCacheMissLoadError', (event) => {
    failed = () => window.location.reload();
    const text = event.detail.xhr && event.detail.xhr.response;
    say(text ? sentenceOf(text) : fault.dataset.unreachable);
  });

  fault.querySelector('[data-retry]').addEventListener('click', () => { if (failed) { failed(); } });
  fault.querySelector('[data-dismiss]').addEventListener('click', () => { fault.hidden = true; });

  window.consoleParts = { go, figures, current, replace, drawMap };
}());
