// The panel beside the map: figures and faults, the form, the draft, saving, and two planners' versions. ES2018.
(function () {
  'use strict';

  const pencil = window.pencil;
  const data = pencil.data;
  const map = pencil.map;
  const one = (selector) => document.querySelector(selector);
  const form = one('[data-form]');
  const save = one('[data-save]');
  const KEY = 'zhengzhi-pencil:' + data.user + ':' + (data.target || '') + ':' + (data.target ? data.part || 'new' : 'new');
  const marks = L.layerGroup().addTo(map);
  const ahead = L.layerGroup().addTo(map);
  let found = null;
  let isLooking = false;
  let isSaving = false;
  let theirs = null;

  const style = (className) => ({ style: () => ({ className, interactive: false }), interactive: false });

  function draw(look) {
    marks.clearLayers();
    if (!look) { return; }
    if (look.band) { L.geoJSON(look.band, style('plan-band')).addTo(marks); }
    look.marks.forEach((mark) => {
      if (mark.shape) { L.geoJSON(mark.shape, style('plan-mark')).addTo(marks); }
      if (mark.at) {
        const text = document.createElement('b');
        text.textContent = mark.text;
        L.marker(mark.at, { icon: L.divIcon({ className: 'plan-place', html: text, iconSize: [24, 24] }), interactive: false, keyboard: false }).addTo(marks);
      }
    });
  }

  // The figures.
  function looked(look) {
    isLooking = false;
    found = look;
    const panel = one('[data-look]');
    const confirmed = one('[data-confirm]');
    const was = Boolean(confirmed && confirmed.checked);
    panel.classList.remove('old');
    draw(look);
    if (!look) { panel.textContent = pencil.say('empty'); ready(); return; }
    panel.innerHTML = look.html; // the server's own template, every word in it escaped
    if (one('[data-confirm]')) { one('[data-confirm]').checked = was; }
    const size = look.chainage || pencil.say(pencil.isLine() ? 'length' : 'perimeter', { n: look.size });
    one('[data-size]').textContent = look.n === null ? '' : size; // what crosses itself has none
    ready();
  }

  one('[data-look]').addEventListener('click', (event) => {
    const button = event.target.closest('[data-mend]');
    if (button) { pencil.mend(button.dataset.mend, button.dataset.other); }
  });
  one('[data-look]').addEventListener('change', ready);

  // What still keeps the shape from being saved stands on the button.
  function missing() {
    if (isSaving) { return 'saving'; }
    if (!one('[data-collision]').hidden) { return 'choose'; }
    if (!pencil.shape) { return 'empty'; }
    if (isLooking || !found) { return 'looking'; }
    if (found.blocked) { return 'mend'; }
    if (found.confirm && !one('[data-confirm]').checked) { return 'confirm'; }
    if (!form.elements.namedItem('name').value.trim()) { return 'name'; }
    if (!form.elements.namedItem('reason').value.trim()) { return 'reason'; }
    return '';
  }

  function ready() {
    const why = missing();
    const n = (one('[data-collision]').hidden ? data : theirs).versions.part + 1;
    save.disabled = Boolean(why);
    save.dataset.why = why;
    if (data.target && data.part) { one('[data-after]').textContent = pencil.say('after', { n, was: n - 1 }); }
    save.textContent = why ? pencil.say(why) : !data.target ? pencil.say('saveNew') : pencil.say(theirs ? 'saveMine' : 'save', { n });
  }

  function failed(error) {
    isLooking = false;
    isSaving = false;
    const box = one('[data-notice]');
    box.hidden = false;
    box.textContent = error.signIn ? pencil.say('signIn') : error.status ? error.message : pencil.say('gone');
    if (error.signIn) {
      const link = document.createElement('a');
      link.href = '/sign-in?lang=' + data.language;
      link.target = '_blank';
      link.rel = 'noopener';
      link.className = 'btn';
      link.textContent = '→';
      box.appendChild(link);
    }
    document.querySelectorAll('[data-form] [aria-invalid]').forEach((field) => field.removeAttribute('aria-invalid'));
    const field = error.body && error.body.field && form.elements.namedItem(error.body.field);
    if (field) { field.setAttribute('aria-invalid', 'true'); field.focus(); }
    ready();
  }

  function quiet() { one('[data-notice]').hidden = true; }

  // The draft, kept in this browser.
  function texts() {
    const said = {};
    Array.prototype.forEach.call(form.elements, (field) => { if (field.name) { said[field.name] = field.value; } });
    return said;
  }

  function fill(said) {
    Object.keys(said || {}).forEach((name) => {
      const field = form.elements.namedItem(name);
      if (field) { field.value = said[name]; }
    });
    kind();
  }

  function keep() {
    const now = new Date();
    const draft = { shape: pencil.shape, width: pencil.width, form: texts(), versions: data.versions, datum: data.datum, at: now.toISOString() };
    try { window.localStorage.setItem(KEY, JSON.stringify(draft)); } catch (full) { return; }
    one('[data-draft]').textContent = pencil.say('draft', { time: now.toTimeString().slice(0, 5) });
  }

  function forget() { try { window.localStorage.removeItem(KEY); } catch (closed) { /* nothing was kept */ } }

  function kept() {
    try { return JSON.parse(window.localStorage.getItem(KEY)); } catch (broken) { return null; }
  }

  let timer = 0;
  function keepSoon() { window.clearTimeout(timer); timer = window.setTimeout(keep, 150); }

  // Saving.
  function body() {
    return Object.assign(pencil.said(pencil.shape), { form: texts(), confirmed: Boolean(one('[data-confirm]') && one('[data-confirm]').checked) });
  }

  save.addEventListener('click', () => {
    isSaving = true;
    quiet();
    ready();
    const path = data.target ? '/plan/target/' + encodeURIComponent(data.target) + '/save' : '/plan/save';
    const match = '"' + data.versions.entry + '.' + data.versions.part + '"';
    keep();
    pencil.ask(path, body(), { headers: { 'If-Match': match } }).then((done) => {
      forget();
      const query = '?part=' + encodeURIComponent(done.part_id) + '&from=' + data.from + '&to=' + data.to + '&lang=' + data.language + '&saved=' + done.part;
      window.location.assign('/plan/target/' + encodeURIComponent(done.target) + query);
    }).catch((error) => {
      isSaving = false;
      if (error.status === 409 && error.body.versions) { collide(error.body); } else { failed(error); }
    });
  });

  function collide(both) {
    theirs = both;
    const panel = one('[data-collision]');
    panel.innerHTML = both.html;
    panel.hidden = false;
    panel.scrollIntoView();
    ahead.clearLayers();
    if (both.shape) { L.geoJSON(both.shape, style('plan-theirs')).addTo(ahead); }
    ready();
  }

  one('[data-collision]').addEventListener('click', (event) => {
    const button = event.target.closest('[data-keep]');
    if (!button) { return; }
    data.versions = theirs.versions;
    fill(theirs.form);
    if (button.dataset.keep === 'theirs') { pencil.change(theirs.shape, { width: theirs.half_width }); }
    one('[data-collision]').hidden = true;
    keep();
    pencil.look(pencil.shape);
    ready();
  });

  // What was drawn and written goes only at the second press.
  const discard = one('[data-discard]');
  function asked(isSure) {
    discard.dataset.sure = isSure ? '1' : '';
    discard.textContent = pencil.say(isSure ? 'discardSure' : 'discard');
  }
  function begun() { forget(); window.location.assign(window.location.href.replace(/&saved=\d+/, '')); }
  discard.addEventListener('click', () => { if (kept() && !discard.dataset.sure) { asked(true); } else { begun(); } });
  discard.addEventListener('blur', () => asked(false));
  pencil.on('restored', begun);

  // The form.
  function kind() {
    document.querySelectorAll('[data-of-line]').forEach((field) => { field.hidden = !pencil.isLine(); });
    pencil.tell('kind');
  }

  form.addEventListener('input', () => { keepSoon(); ready(); });
  form.addEventListener('submit', (event) => event.preventDefault());
  ['kind', 'year'].forEach((name) => form.elements.namedItem(name).addEventListener('change', () => { kind(); pencil.look(pencil.shape); }));
  one('[data-width]').addEventListener('change', (event) => {
    pencil.width = Number(event.target.value) || null;
    if (pencil.shape) { pencil.change(pencil.shape); }
  });

  pencil.on('width', () => { if (pencil.width) { one('[data-width]').value = pencil.width; } });
  pencil.on('change', () => { isLooking = Boolean(pencil.shape); keepSoon(); ready(); });
  pencil.on('asking', () => { one('[data-look]').classList.add('old'); });
  pencil.on('looked', (look) => { quiet(); looked(look); });
  pencil.on('failed', failed);
  pencil.on('preview', (shape) => {
    ahead.clearLayers();
    if (shape) { L.geoJSON(shape, style('plan-ahead')).addTo(ahead); }
  });

  // A draft goes before what is stored, and says which version it began with.
  function begin() {
    const draft = kept();
    if (pencil.width === null) { pencil.width = Number(one('[data-width]').value); }
    pencil.past.push({ shape: data.shape, width: pencil.width });
    pencil.shape = data.shape;
    if (!draft) { return; }
    const stored = data.versions.part;
    fill(draft.form);
    if (draft.datum === data.datum) {
      pencil.width = draft.width;
      pencil.shape = draft.shape;
      pencil.past.push({ shape: draft.shape, width: draft.width });
    } else if (draft.shape) { // the background was changed meanwhile: the server knows where it lies on the new one
      pencil.ask('/plan/look', Object.assign(pencil.said(draft.shape), { datum: draft.datum, half_width: pencil.isLine() ? draft.width : null }))
        .then((moved) => pencil.change(moved.shape, { width: draft.width })).catch(failed);
    }
    data.versions = draft.versions;
    const box = one('[data-notice]');
    box.hidden = false;
    box.textContent = pencil.say('draftOf', { time: new Date(draft.at).toTimeString().slice(0, 5), version: draft.versions.part }) +
      (draft.versions.part < stored ? ' ' + pencil.say('behind', { stored }) : '');
    pencil.isDraft = true;
  }

  if (data.shape) { L.geoJSON(data.shape, style('plan-was')).addTo(map); }
  if (window.zhengzhi) { window.zhengzhi.setLayers(window.zhengzhi.layers().filter((id) => id !== 'heat')); }
  begin();
  kind();
  pencil.tell('width');
  pencil.tell('show');
  pencil.tell('fit');
  pencil.tell('ready');
  const notice = one('[data-notice]');
  const message = notice.textContent;
  if (pencil.shape) {
    isLooking = true;
    pencil.look(pencil.shape);
  }
  if (pencil.isDraft) {
    pencil.on('looked', () => { if (pencil.isDraft) { notice.hidden = false; notice.textContent = message; pencil.isDraft = false; } });
    one('[data-draft]').textContent = pencil.say('draft', { time: new Date(kept().at).toTimeString().slice(0, 5) });
  }
  const saved = new URLSearchParams(window.location.search).get('saved');
  if (saved && !pencil.isDraft && Number(saved) === data.versions.part) { one('[data-draft]').textContent = pencil.say('saved', { n: saved }); }
  ready();
}());
