// The page of work in the background: asks how far it is, and at the end loads itself anew, which knows where to go. ES2018.
(function () {
  'use strict';

  const job = document.querySelector('[data-progress]');

  function follow() {
    const request = new XMLHttpRequest();
    const again = () => window.setTimeout(follow, 700);
    request.addEventListener('error', again);
    request.addEventListener('load', () => {
      let told = null;
      try { told = JSON.parse(request.responseText); } catch (error) { told = { over: true }; }
      if (request.status >= 400 || told.over) { window.setTimeout(() => window.location.reload(), 50); return; } // once this answer is through
      job.querySelector('.gauge i').style.width = told.percent + '%';
      job.querySelector('[data-stage]').textContent = told.stage;
      job.querySelector('[data-percent]').textContent = told.percent + ' %';
      again();
    });
    request.open('GET', job.dataset.progress);
    request.send();
  }

  if (job) { follow(); }

  // What was ordered comes by itself, once: the page loaded again, or in another tab, only shows it.
  const file = document.querySelector('[data-take]');
  if (file) {
    const address = new URL(window.location.href);
    address.searchParams.delete('take');
    window.history.replaceState(null, '', address);
    file.click();
  }
}());
