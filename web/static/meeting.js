// Looking and making take a while: the page says so, counts the seconds, and sends nothing twice. ES2018.
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
  let isRefused = false; // then the form goes the plain way, to the page that says why

  function tick() { seconds.textContent = String(Math.round((Date.now() - since) / 1000)); }

  function begin() {
    since = Date.now();
    const line = pressed.closest('.act, .preset-line') || pressed;
    line.insertAdjacentElement('afterend', wait);
    wait.hidden = false;
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

  function nameOf(answer) {
    const said = /filename="?([^";]+)/.exec(answer.headers.get('Content-Disposition') || '');
    return said ? said[1] : 'meeting';
  }

  function keep(name, content) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(content);
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  // The file comes into the page, which then knows that it is there.
  function make(form, button) {
    const body = new FormData(form);
    if (button.name) { body.append(button.name, button.value); }
    const address = button.hasAttribute('formaction') ? button.formAction : form.action;
    window.fetch(address, { method: 'POST', body, credentials: 'same-origin' }).then((answer) => {
      if (!answer.ok || !answer.headers.get('Content-Disposition')) { throw new Error(String(answer.status)); }
      return answer.blob().then((content) => { end(); keep(nameOf(answer), content); });
    }).catch(() => { end(); isRefused = true; button.click(); });
  }

  buttons.forEach((button) => button.addEventListener('click', () => { pressed = button; }));
  forms.forEach((form) => form.addEventListener('submit', (event) => {
    if (clock !== null) { event.preventDefault(); return; }
    if (isRefused || !pressed) { isRefused = false; return; }
    const isPost = (pressed.getAttribute('formmethod') || form.method) === 'post';
    if (isPost || pressed.name === 'look') { begin(); } // saving as a preset is only a step to another page
    if (isPost) { event.preventDefault(); make(form, pressed); }
  }));
  window.addEventListener('pageshow', (event) => { if (event.persisted) { end(); } }); // back from the next page
}());
