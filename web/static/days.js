// Fields of a day: what is typed becomes year-month-day, arrows step a day, the browser's calendar fills it in. ES2018.
(function () {
  'use strict';

  document.documentElement.classList.add('has-days');
  const isDay = (element) => Boolean(element.dataset) && element.dataset.day !== undefined;
  const isPicker = (element) => Boolean(element.classList) && element.classList.contains('day-picker');
  const written = (time) => new Date(time).toISOString().slice(0, 10);

  // 2024-2-1, 2024/02/01, 2024年2月1日 and 20240201 all are 2024-02-01; '' where it is no day.
  function canonical(text) {
    const found = /^\s*(\d{4})(?:\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})\D?|(\d\d)(\d\d))\s*$/.exec(text);
    if (!found) { return ''; }
    const [year, month, day] = [found[1], found[2] || found[4], found[3] || found[5]].map(Number);
    const time = Date.UTC(year, month - 1, day);
    const isReal = new Date(time).getUTCMonth() === month - 1 && month > 0 && day > 0 && year > 0;
    return isReal ? written(time) : '';
  }

  function check(field) {
    const { first, last, none, beyond } = field.dataset;
    const day = canonical(field.value);
    if (day) { field.value = day; }
    const isBeyond = day && ((first && day < first) || (last && day > last));
    field.setCustomValidity(field.value.trim() && !day ? none : isBeyond ? beyond : '');
  }

  function step(field, days) {
    const day = canonical(field.value);
    if (!day) { return; }
    field.value = written(Date.parse(day) + days * 86400000);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    check(field);
  }

  document.addEventListener('keydown', (event) => {
    if (!isDay(event.target)) { return; }
    if (event.key === 'Enter') { check(event.target); }
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (way && !event.altKey) { event.preventDefault(); step(event.target, way); }
  }, true);
  document.addEventListener('input', (event) => { if (isDay(event.target)) { event.target.setCustomValidity(''); } }, true);
  document.addEventListener('change', (event) => {
    if (isDay(event.target)) { check(event.target); }
    if (!isPicker(event.target) || !event.target.value) { return; }
    const field = event.target.parentNode.querySelector('[data-day]');
    field.value = event.target.value;
    check(field);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));
  }, true);
  // The calendar opens on the day that is typed.
  document.addEventListener('pointerdown', (event) => {
    if (isPicker(event.target)) { event.target.value = canonical(event.target.parentNode.querySelector('[data-day]').value); }
  }, true);
}());
