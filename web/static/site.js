// The console: rows and map follow each other, lists switch, filters go at once, keys. ES2018.
(function () {
  'use strict';

  const body = document.body;
  body.classList.add('has-script');
  const all = (selector, within) => Array.prototype.slice.call((within || document).querySelectorAll(selector));
  const items = all('.item');
  let quiet = false; // while the page itself moves the map

  function remember(changes) {
    const address = new URL(window.location.href);
    Object.keys(changes).forEach((name) => {
      if (changes[name]) { address.searchParams.set(name, changes[name]); } else { address.searchParams.delete(name); }
    });
    window.history.replaceState(null, '', address);
  }

  function openTab(name) {
    all('.ptabs a').forEach((tab) => tab.setAttribute('aria-selected', String(tab.dataset.tab === name)));
    all('.tabpanel').forEach((list) => { list.hidden = list.id !== 'list-' + name; });
  }

  function openedTab() {
    return document.querySelector('.ptabs a[aria-selected=true]').dataset.tab;
  }

  // The row of an id, rather one that stands for it alone than one of several parts.
  function rowOf(id) {
    const found = items.filter((item) => item.dataset.ids.split(' ').indexOf(id) >= 0);
    return found.filter((item) => item.dataset.ids === id)[0] || found[0];
  }

  function mark(item, scroll) {
    items.forEach((one) => {
      one.classList.toggle('on', one === item);
      one.querySelector('a').setAttribute('aria-current', String(one === item));
    });
    remember({ focus: item ? item.dataset.id : '', tab: openedTab() === 'targets' ? '' : openedTab() });
    if (item && scroll && item.scrollIntoView) { item.scrollIntoView({ block: 'nearest' }); }
  }

  function choose(item) {
    mark(item, false);
    quiet = true;
    window.zhengzhi.focus(item.dataset.id);
    quiet = false;
  }

  document.addEventListener('zhengzhi:select', (event) => {
    const item = quiet ? null : rowOf(event.detail.id);
    if (!item) { return; }
    openTab(item.closest('.tabpanel').id.slice('list-'.length));
    mark(item, true);
  });
  document.addEventListener('zhengzhi:layers', (event) => remember({ layers: event.detail.layers.join(',') || 'none' }));

  items.forEach((item) => item.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    event.preventDefault();
    choose(item);
  }));

  all('.ptabs a').forEach((tab) => tab.addEventListener('click', (event) => {
    event.preventDefault();
    openTab(tab.dataset.tab);
    remember({ tab: tab.dataset.tab === 'targets' ? '' : tab.dataset.tab });
  }));

  // Filters. What is empty does not go into the address; a period that ends before it begins is not sent.
  const form = document.querySelector('.filters');
  const from = form.elements.namedItem('from');
  const to = form.elements.namedItem('to');

  function send() {
    if (!from.value || !to.value || from.value > to.value || !form.reportValidity()) { return; }
    const unchanged = from.value === from.defaultValue && to.value === to.defaultValue;
    const isDefault = !new URL(window.location.href).searchParams.has('from');
    all('input, select', form).forEach((field) => {
      const spare = unchanged && isDefault && (field === from || field === to);
      field.disabled = spare || !field.value;
    });
    busy();
    form.submit();
  }

  all('select', form).forEach((field) => field.addEventListener('change', send));
  // A day and hours are typed piece by piece: only what is finished is sent.
  all('input:not([type=hidden])', form).forEach((field) => {
    const finished = () => { if (field.value !== field.defaultValue) { send(); } };
    field.addEventListener('blur', finished);
    field.addEventListener('keydown', (event) => { if (event.key === 'Enter') { event.preventDefault(); finished(); } });
  });

  function busy() {
    body.classList.add('loading');
  }

  // Last of all listeners, so that a click which the page itself has answered is known by then.
  document.addEventListener('click', (event) => {
    const link = event.target.closest ? event.target.closest('a[href]') : null;
    const stays = !link || event.defaultPrevented || link.hasAttribute('download') || link.hash
      || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!stays && link.host === window.location.host && link.protocol === window.location.protocol) { busy(); }
  });
  window.addEventListener('pageshow', () => {
    body.classList.remove('loading');
    all('input, select', form).forEach((field) => { field.disabled = false; });
  });

  const more = form.querySelector('details');
  document.addEventListener('click', (event) => { if (!more.contains(event.target)) { more.open = false; } });

  const help = document.querySelector('.help');
  all('[data-help]').forEach((button) => button.addEventListener('click', () => { toggleHelp(); }));

  function toggleHelp() {
    help.hidden = !help.hidden;
    (help.hidden ? document.querySelector('.help-button') : help.querySelector('button')).focus();
  }

  document.addEventListener('keydown', (event) => {
    const field = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== 'checkbox';
    if (field || event.ctrlKey || event.metaKey || event.altKey) { return; }
    const step = document.querySelector('[data-key="' + (event.key === '[' || event.key === ']' ? event.key : '') + '"]');
    if (step) { step.click(); }
    if (event.key === '?') { toggleHelp(); }
    if (event.key === 'Escape') { if (help.hidden) { mark(null, false); } else { toggleHelp(); } }
    if (/^[1-9]$/.test(event.key)) {
      const ranked = all('.item:not(.part)', document.getElementById('list-' + openedTab()));
      if (ranked[Number(event.key) - 1]) { choose(ranked[Number(event.key) - 1]); }
    }
  });

  // What the address says about the map.
  function begin() {
    const asked = new URL(window.location.href).searchParams;
    if (asked.has('layers')) {
      quiet = true;
      window.zhengzhi.setLayers(asked.get('layers').split(','));
      quiet = false;
    }
    const item = asked.get('focus') && rowOf(asked.get('focus'));
    if (item) {
      openTab(item.closest('.tabpanel').id.slice('list-'.length));
      choose(item);
      item.scrollIntoView({ block: 'nearest' });
    }
    const layers = Number(document.querySelector('.map').dataset.tileLayers);
    for (let layer = 1; layer < layers; layer += 1) {
      window.L.tileLayer('/tiles/{z}/{x}/{y}?layer=' + layer, { maxZoom: 18 }).addTo(window.zhengzhi.map);
    }
  }

  if (window.zhengzhi.ready) { begin(); } else { document.addEventListener('zhengzhi:ready', begin); }
}());
