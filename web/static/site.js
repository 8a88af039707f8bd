// The console: rows, map and figures follow each other, lists switch, filters go at once, keys. ES2018.
(function () {
  'use strict';

  const body = document.body;
  body.classList.add('has-script');
  const parts = window.consoleParts;
  const all = (selector, within) => Array.prototype.slice.call((within || document).querySelectorAll(selector));
  const one = (selector) => document.querySelector(selector);
  const items = () => all('.item');
  let quiet = false; // while the page itself moves the map

  function addressWith(changes) {
    const address = new URL(window.location.href);
    Object.keys(changes).forEach((name) => {
      if (changes[name]) { address.searchParams.set(name, changes[name]); } else { address.searchParams.delete(name); }
    });
    return address.pathname + address.search.replace(/%2C/g, ',');
  }

  const inAddress = (tab) => (tab === 'targets' ? '' : tab);
  const openedTab = () => one('.ptabs a[aria-selected=true]').dataset.tab;

  function openTab(name) {
    all('.ptabs a').forEach((tab) => tab.setAttribute('aria-selected', String(tab.dataset.tab === name)));
    all('.tabpanel').forEach((list) => { list.hidden = list.id !== 'list-' + name; });
    one('.panel').dataset.tab = name;
  }

  // The row of an id on the map, rather one that stands for it alone than one of several parts.
  function rowOf(id) {
    const idsOf = (item) => JSON.parse(item.dataset.ids);
    const found = items().filter((item) => item.dataset.id === id || idsOf(item).indexOf(id) >= 0);
    return found.filter((item) => item.dataset.id === id)[0] || found.filter((item) => idsOf(item).length === 1)[0] || found[0];
  }

  const tabOf = (item) => item.closest('.tabpanel').id.slice('list-'.length);

  function mark(item, scroll) {
    items().forEach((other) => {
      other.classList.toggle('on', other === item);
      other.querySelector('a').setAttribute('aria-current', String(other === item));
    });
    if (item && scroll && item.scrollIntoView) { item.scrollIntoView({ block: 'nearest' }); }
  }

  function showOnMap(item) {
    quiet = true;
    const { map, popup, id } = item.dataset;
    window.zhengzhi.focus(map ? JSON.parse(map) : id, popup && JSON.parse(popup));
    quiet = false;
  }

  // Select a place, or nothing: the row, the map and the figures.
  function choose(item, fromMap) {
    if (item) { openTab(tabOf(item)); }
    mark(item, fromMap);
    if (item && !fromMap) { showOnMap(item); }
    const address = addressWith({ focus: item ? item.dataset.id : '', tab: inAddress(openedTab()), at: '' });
    if (address !== addressWith({ at: '' })) { parts.figures(address); }
  }

  document.addEventListener('zhengzhi:select', (event) => {
    const item = quiet ? null : rowOf(event.detail.id);
    if (item) { choose(item, true); } else if (!quiet && event.detail.id) { parts.go(addressWith({ focus: event.detail.id })); } // not listed
  });
  document.addEventListener('zhengzhi:layers', (event) => {
    if (!quiet) { parts.replace(addressWith({ layers: event.detail.layers.join(',') || 'none' })); }
  });

  const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.defaultPrevented && event.button === 0;
  const hrefOf = (link) => link.getAttribute('href');

  // Where an address of the server leads from what has been selected since it was written. A target lasts; a hotspot or
  // zone is of one period and its filters, and goes along only where neither changes.
  function onward(address, isAlike) {
    const url = new URL(address, window.location.href);
    const focus = new URL(window.location.href).searchParams.get('focus');
    const item = focus && rowOf(focus);
    const lasts = isAlike || (item && tabOf(item) === 'targets') || url.searchParams.get('focus') === focus;
    if (focus && lasts) { url.searchParams.set('focus', focus); } else { url.searchParams.delete('focus'); }
    return parts.current(url.pathname + url.search);
  }

  // The comparison of the same ground and layers: what a hand has moved the map to, or what is selected, which
  // the way back selects again.
  function besides(address) {
    const url = new URL(address, window.location.href);
    const here = new URL(window.location.href).searchParams;
    const at = here.get('at') || (here.has('focus') ? window.standing.written(window.zhengzhi.map) : '');
    const carried = { at, focus: here.get('focus'), layers: here.get('layers') };
    Object.keys(carried).forEach((name) => {
      if (carried[name]) { url.searchParams.set(name, carried[name]); } else { url.searchParams.delete(name); }
    });
    return url.pathname + url.search.replace(/%2C/g, ',');
  }

  document.addEventListener('click', (event) => {
    const target = event.target.closest ? event.target : null;
    const more = one('.more-fields');
    if (more && !more.contains(event.target)) { more.open = false; }
    if (!target || !isPlain(event)) { return; }
    const link = target.closest('a');
    const item = target.closest('.item');
    if (target.closest('[data-help]')) { toggleHelp(); return; }
    if (target.closest('[data-find]')) { toggleFind(); return; }
    if (link && link.hreflang) { link.href = onward(hrefOf(link), true); }
    if (link && link.pathname === '/compare') { link.href = besides(hrefOf(link)); }
    if (link && link.classList.contains('go-to')) { event.preventDefault(); parts.go(onward(hrefOf(link), link.id.indexOf('against-') === 0)); }
    else if (link && link.classList.contains('clear')) { event.preventDefault(); parts.go(parts.current(hrefOf(link))); }
    else if (link && link.dataset.tab) {
      event.preventDefault();
      openTab(link.dataset.tab);
      parts.replace(addressWith({ tab: inAddress(link.dataset.tab) }));
    } else if (link && link.id === 'back-to-county') { event.preventDefault(); leave(); }
    else if (link && link.dataset.place && rowOf(link.dataset.place)) { event.preventDefault(); choose(rowOf(link.dataset.place), false); }
    else if (item && !target.closest('button') && (!link || link.id.indexOf('row-') === 0)) { event.preventDefault(); choose(item, false); }
    else if (link && !link.hash && !link.hasAttribute('download') && link.host === window.location.host) {
      body.classList.add('loading');
    }
  });
  window.addEventListener('pageshow', () => body.classList.remove('loading'));

  function leave() {
    window.zhengzhi.map.closePopup();
    choose(null, false);
    one('#lists').focus();
  }

  // Filters. What is empty does not go into the address; a period that ends before it begins is not sent.
  function send() {
    const form = one('.filters');
    const field = (name) => form.elements.namedItem(name);
    const [from, to] = [field('from'), field('to')];
    if (!from.value || !to.value || from.value > to.value || !form.reportValidity()) { return; }
    const unchanged = from.value === from.defaultValue && to.value === to.defaultValue;
    const isDefault = unchanged && !new URL(window.location.href).searchParams.has('from');
    const pairs = all('input, select', form).filter((input) => input.name && input.value.trim())
      .filter((input) => !(isDefault && (input === from || input === to)))
      .map((input) => encodeURIComponent(input.name) + '=' + encodeURIComponent(input.value.trim()));
    parts.go(onward('/' + (pairs.length ? '?' + pairs.join('&') : ''), false));
  }

  const isFilter = (element) => element.closest && element.closest('.filters');
  document.addEventListener('submit', (event) => { if (isFilter(event.target)) { event.preventDefault(); send(); } });
  document.addEventListener('change', (event) => { if (isFilter(event.target) && event.target.tagName === 'SELECT') { send(); } });
  // A day and hours are typed piece by piece: only what is finished is sent.
  function finished(field) { if (field.value !== field.defaultValue) { send(); } }
  document.addEventListener('focusout', (event) => {
    if (isFilter(event.target) && event.target.tagName === 'INPUT' && event.target.isConnected) { finished(event.target); }
  });

  function toggleHelp() {
    const help = one('.help');
    help.hidden = !help.hidden;
    (help.hidden ? one('.help-button') : help.querySelector('button')).focus();
  }

  // Find a place: rows of every list that hold the words; the others step aside.
  function toggleFind() {
    const box = one('.find');
    box.hidden = !box.hidden;
    if (box.hidden) { find(''); one('#lists').focus(); } else { box.querySelector('input').focus(); }
  }

  function find(text) {
    const words = text.trim().toLowerCase();
    const found = items().filter((item) => {
      const holds = item.dataset.words.toLowerCase().indexOf(words) >= 0;
      item.classList.toggle('aside', !holds);
      return holds;
    });
    const told = one('.find span');
    told.textContent = words ? told.dataset.found.replace('{n}', found.length) : '';
    if (words && found.length && !found.some((item) => tabOf(item) === openedTab())) { openTab(tabOf(found[0])); }
    return found;
  }

  document.addEventListener('input', (event) => { if (event.target.id === 'find-place') { find(event.target.value); } });

  // Within a grid or a line of links the arrows move; one of them is in the tab order.
  function rove(event) {
    const box = event.target.closest && event.target.closest('[data-rove]');
    if (!box || event.target.tagName.toLowerCase() !== 'a') { return false; }
    const here = event.target.getBoundingClientRect();
    const links = all('a', box).filter((link) => link !== event.target);
    const side = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    const middle = (b) => [b.left + b.width / 2, b.top + b.height / 2];
    const [x, y] = middle(here);
    const ahead = links.map((link) => {
      const [u, v] = middle(link.getBoundingClientRect());
      const along = (u - x) * side[0] + (v - y) * side[1];
      const across = Math.abs((u - x) * side[1]) + Math.abs((v - y) * side[0]);
      return { link, along, cost: along + 4 * across };
    }).filter((way) => way.along > 2).sort((a, b) => a.cost - b.cost)[0];
    if (!ahead) { return true; }
    event.target.setAttribute('tabindex', '-1');
    ahead.link.setAttribute('tabindex', '0');
    ahead.link.focus();
    return true;
  }

  function escape() {
    if (!one('.help').hidden) { toggleHelp(); }
    else if (!one('#fault').hidden) { one('#fault').hidden = true; }
    else if (!one('.find').hidden) { toggleFind(); }
    else if (one('.more-fields').open) { one('.more-fields').open = false; }
    else { choose(null, false); }
  }

  document.addEventListener('keydown', (event) => {
    const { key, target } = event;
    const field = /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) && target.type !== 'checkbox';
    if (key === 'Enter' && target.id === 'find-place') {
      const [first] = find(target.value);
      if (first && target.value.trim()) { toggleFind(); choose(first, false); first.querySelector('a').focus(); }
    } else if (key === 'Enter' && field && isFilter(target) && target.tagName === 'INPUT') { event.preventDefault(); finished(target); }
    if (key === 'Escape' && target.id === 'find-place') { toggleFind(); return; }
    if (field || event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (/^Arrow/.test(key) && rove(event)) { event.preventDefault(); return; }
    const step = key === '[' || key === ']' ? one('[data-key="' + key + '"]') : null;
    if (step) { step.click(); }
    if (key === '?') { toggleHelp(); }
    if (key === '/') { event.preventDefault(); if (one('.find').hidden) { toggleFind(); } else { one('#find-place').focus(); } }
    if (key === 'm' || key === 'M') { one('.map .zhengzhi-map').focus(); }
    if (key === 'Escape') { escape(); }
    if (/^[1-9]$/.test(key)) {
      const ranked = all('.item:not(.part)', document.getElementById('list-' + openedTab()));
      if (ranked[Number(key) - 1]) { choose(ranked[Number(key) - 1], false); }
    }
  });

  // What the address says about the map, whenever it was drawn anew.
  function begin() {
    const asked = new URL(window.location.href).searchParams;
    if (asked.has('layers')) {
      quiet = true;
      window.zhengzhi.setLayers(asked.get('layers').split(','));
      quiet = false;
    }
    const item = asked.get('focus') && rowOf(asked.get('focus'));
    if (item) {
      openTab(tabOf(item));
      mark(item, true);
      showOnMap(item);
    }
    const { map } = window.zhengzhi;
    window.standing.restore(map, asked.get('at'));
    window.standing.watch(map, (at) => parts.replace(addressWith({ at })));
    const layers = Number(one('.map').dataset.tileLayers);
    for (let layer = 1; layer < layers; layer += 1) {
      window.L.tileLayer('/tiles/{z}/{x}/{y}?layer=' + layer, { maxZoom: 18 }).addTo(map);
    }
  }

  document.addEventListener('console:drawn', begin);
  parts.drawMap();
}());
