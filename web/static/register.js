// The register's list: keys, and what htmx does with an answer that is no list. ES2018.
(function () {
  'use strict';

  document.body.classList.add('has-script');
  const search = document.querySelector('#filter [name=text]');
  const links = () => Array.prototype.slice.call(document.querySelectorAll('.register-table .name a'));

  // A filter that is not possible is told in the list's place; an answer from elsewhere (the sign-in page) is opened.
  document.body.addEventListener('htmx:beforeSwap', (event) => {
    const answer = event.detail.xhr;
    if (answer.responseText.indexOf('<div id="found"') < 0) {
      event.detail.shouldSwap = false;
      window.location.reload();
    } else if (answer.status === 400) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  function step(by) {
    const all = links();
    const at = all.indexOf(document.activeElement);
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
    if (next) { next.focus(); } else if (by < 0) { search.focus(); }
  }

  document.addEventListener('keydown', (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === '/' && !typing) { event.preventDefault(); search.focus(); search.select(); }
    if (typing && document.activeElement !== search) { return; }
    if (event.key === 'ArrowDown') { event.preventDefault(); step(1); }
    if (event.key === 'ArrowUp' && !typing) { event.preventDefault(); step(-1); }
  });
})();
