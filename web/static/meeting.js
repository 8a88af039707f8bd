// Looking and making take a while: the form says so, counts the seconds, and is not sent twice. ES2018.
(function () {
  'use strict';

  const wait = document.getElementById('meeting-wait');
  const seconds = wait.querySelector('b');
  const forms = Array.from(document.querySelectorAll('.meeting-form, .meeting-made form'));
  let since = 0;
  let clock = null;

  function tick() { seconds.textContent = String(Math.round((Date.now() - since) / 1000)); }

  function begin(form) {
    since = Date.now();
    form.querySelector('.act, .go').insertAdjacentElement('afterend', wait);
    wait.hidden = false;
    clock = window.setInterval(tick, 1000);
    tick();
    window.setTimeout(() => forms.forEach((one) => { one.querySelector('.go').disabled = true; }), 0); // once it is sent
  }

  function end() {
    window.clearInterval(clock);
    clock = null;
    wait.hidden = true;
    forms.forEach((form) => { form.querySelector('.go').disabled = false; });
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

  // The file comes into the page, which then knows that it is there; what was refused is shown as its own page.
  function make(form) {
    window.fetch(form.action, { method: 'POST', body: new FormData(form), credentials: 'same-origin' }).then((answer) => {
      if (!answer.ok || !answer.headers.get('Content-Disposition')) { throw new Error(String(answer.status)); }
      return answer.blob().then((content) => { keep(nameOf(answer), content); end(); });
    }).catch(() => { end(); form.submit(); });
  }

  forms.forEach((form) => form.addEventListener('submit', (event) => {
    if (clock !== null) { event.preventDefault(); return; }
    begin(form);
    if (form.method === 'post') { event.preventDefault(); make(form); }
  }));
  window.addEventListener('pageshow', (event) => { if (event.persisted) { end(); } }); // back from the next page
}());
