// The import pages: send with progress, show again when a field changes. All of it works without. ES2018.
(function () {
  'use strict';

  const all = (selector, within) => Array.prototype.slice.call((within || document).querySelectorAll(selector));
  document.body.classList.add('has-script');

  // Step 1: drop, look at the size before a byte is sent, and show how far it is.
  const send = document.querySelector('[data-send]');

  function refuse(sentence) {
    const place = document.querySelector('[data-fault]');
    const line = document.createElement('p');
    line.className = 'refused';
    line.setAttribute('role', 'alert');
    line.textContent = sentence;
    place.textContent = '';
    place.appendChild(line);
  }

  function busy(form, is) {
    form.querySelector('.sending').hidden = !is;
    all('input[type=file], button', form).forEach((one) => { one.disabled = is; });
  }

  function upload(form) {
    const file = form.elements.namedItem('file').files[0];
    if (!file) { return; }
    if (file.size > Number(form.dataset.max)) { refuse(form.dataset.tooLarge); return; }
    const request = new XMLHttpRequest();
    const told = form.querySelector('[data-sending]');
    const data = new FormData(form);
    busy(form, true);
    request.upload.addEventListener('progress', (event) => {
      const percent = event.lengthComputable ? Math.floor(100 * event.loaded / event.total) : 0;
      form.querySelector('.gauge i').style.width = percent + '%';
      told.textContent = percent < 100 ? told.dataset.sending.replace('{percent}', percent) : told.dataset.looking;
    });
    request.addEventListener('error', () => { busy(form, false); refuse(form.dataset.broken); });
    request.addEventListener('load', () => {
      if (request.responseURL !== form.action) { window.location.assign(request.responseURL); return; }
      const page = new DOMParser().parseFromString(request.responseText, 'text/html');
      const line = page.querySelector('.refused, .fault h1');
      busy(form, false);
      refuse(line ? line.textContent : form.dataset.broken);
    });
    request.open('POST', form.action);
    request.send(data);
  }

  if (send) {
    const field = send.elements.namedItem('file');
    send.addEventListener('submit', (event) => { event.preventDefault(); upload(send); });
    ['dragenter', 'dragover'].forEach((name) => send.addEventListener(name, (event) => {
      event.preventDefault();
      send.classList.add('over');
    }));
    ['dragleave', 'drop'].forEach((name) => send.addEventListener(name, () => send.classList.remove('over')));
    send.addEventListener('drop', (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length === 1) {
        field.files = event.dataTransfer.files;
        upload(send);
      }
    });
  }

  // Step 2: a field that changes is shown at once; nothing goes on before a datum is chosen.
  const fields = document.querySelector('[data-fields]');

  function loading() { document.body.classList.add('loading'); }

  if (fields) {
    const onward = fields.querySelector('.onward .btn');
    const why = fields.querySelector('[data-why]');
    const again = fields.querySelector('.show button');
    const ready = () => {
      const unchosen = fields.querySelector('[name=datum]:checked') ? '' : why.dataset.unchosen;
      why.textContent = why.dataset.undecided || unchosen;
      onward.disabled = Boolean(why.textContent);
    };
    all('.pick select, .pick input', fields).forEach((field) => field.addEventListener('change', () => { loading(); again.click(); }));
    all('[name=datum]', fields).forEach((input) => input.addEventListener('change', () => {
      const address = new URL(window.location.href);
      address.searchParams.set('datum', input.value);
      window.history.replaceState(null, '', address);
      ready();
    }));
    fields.addEventListener('submit', () => {
      const epsg = fields.elements.namedItem('epsg');
      epsg.disabled = !epsg.value;
      loading();
    });
    window.addEventListener('pageshow', () => {
      document.body.classList.remove('loading');
      fields.elements.namedItem('epsg').disabled = false;
      ready();
    });
  }
}());
