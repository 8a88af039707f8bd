// The screening's print button, which only a script can press.
(function () {
  'use strict';

  const button = document.querySelector('[data-print]');
  if (!button) { return; }
  button.hidden = false;
  button.addEventListener('click', () => window.print());
})();
