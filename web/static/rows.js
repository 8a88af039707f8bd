// Rows that a page leaves out of a long list: fetched by the button at its end, and all of them before a place is looked for. ES2018.
(function () {
  'use strict';

  const BUTTON = '[data-more-rows]';
  const one = (selector) => document.querySelector(selector);
  let asked = null; // the button whose rows are on their way

  // The next rows in the place of the button, whose own end brings the next one. A promise of whether they came.
  function more(button) {
    if (asked === button) { return Promise.resolve(false); }
    asked = button;
    button.disabled = true;
    return fetch(button.dataset.moreRows, { credentials: 'same-origin' }).then((answer) => {
      if (answer.redirected) { window.location.assign(window.location.href); return false; } // the session has ended
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.text().then((text) => {
        if (!button.isConnected) { return false; }
        const rows = document.createElement('template');
        rows.innerHTML = text;
        const place = button.closest('tbody');
        place.parentNode.replaceChild(rows.content, place);
        return true;
      });
    }).catch(() => { button.disabled = false; return false; }).then((came) => { asked = null; return came; });
  }

  // One answer after the other, until every row is there; then the words are looked for again.
  function everything() {
    const button = one(BUTTON);
    if (!button) { return; }
    more(button).then((came) => {
      const field = one('#find-place');
      if (field && field.value) { field.dispatchEvent(new Event('input', { bubbles: true })); }
      if (came) { everything(); }
    });
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest ? event.target.closest(BUTTON) : null;
    if (button) { more(button); }
  });
  document.addEventListener('focusin', (event) => { if (event.target.id === 'find-place') { everything(); } });
}());
