// Looking takes a while: the page says so, counts the seconds, and sends nothing twice; a file is made on its own page. ES2018.
(function () {
  'use strict';

  const wait = document.getElementById('meeting-wait');
  const seconds = wait.querySelector('b');
  const forms = Array.from(document.querySelectorAll('.meeting-form, .meeting-made form, .preset-line form'));
  const buttons = [].concat(...forms.map((form) => Array.from(form.querySelectorAll('button[type=submit]'))));
  const shut = buttons.filter((button) => button.disabled);
  let pressed = null; // the button that sends its form
  let since = 0;
  let clock = null;

  function tick() { seconds.textContent = String(Math.round((Date.now() - since) / 1000)); }

  function begin() {
    since = Date.now();
    const line = pressed.closest('.act, .preset-line') || pressed;
    line.insertAdjacentElement('afterend', wait);
    wait.hidden = pressed.name !== 'look';
    clock = window.setInterval(tick, 1000);
    tick();
    window.setTimeout(() => buttons.forEach((button) => { button.disabled = true; }), 0); // once it is sent
  }

  function end() {
    window.clearInterval(clock);
    clock = null;
    wait.hidden = true;
    buttons.forEach((button) => { button.disabled = shut.indexOf(button) >= 0; });
  }

  buttons.forEach((button) => button.addEventListener('click', () => { pressed = button; }));
  forms.forEach((form) => form.addEventListener('submit', (event) => {
    if (clock !== null) { event.preventDefault(); return; }
    if (pressed) { begin(); }
  }));
  window.addEventListener('pageshow', (event) => { if (event.persisted) { end(); } }); // back from the next page
}());
