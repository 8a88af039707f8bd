// A slider that goes through the months, and plays: it swaps the map's heat and says the month's count. ES2018.
(function () {
  'use strict';

  const isCalm = window.matchMedia && window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const STEP_MS = isCalm ? 2000 : 900; // who wants little motion gets it slowly
  const AHEAD = 3;
  let current = null; // the slider of the map that is there now

  function sliderOf(box) {
    const part = (name) => box.querySelector('.months-' + name);
    const slider = part('slider');
    const play = part('play');
    let months = null;
    let timer = 0;
    let wanted = -1;
    const fetched = {};

    function remember(month) {
      const address = new URL(window.location.href);
      if (month) { address.searchParams.set('month', month); } else { address.searchParams.delete('month'); }
      window.history.replaceState(null, '', address);
    }

    // The months come once, when they are first asked for.
    function load() {
      if (months) { return Promise.resolve(months); }
      return window.fetch(box.dataset.address, { credentials: 'same-origin' })
        .then((answer) => { if (!answer.ok) { throw new Error(String(answer.status)); } return answer.json(); })
        .then((found) => {
          months = found.months;
          slider.max = String(Math.max(0, months.length - 1));
          return months;
        });
    }

    // A picture is shown when it is there; one that cannot be had does not stop the others.
    function picture(index) {
      const address = months[index].area;
      if (!fetched[address]) {
        fetched[address] = new Promise((done) => {
          const image = new Image();
          image.onload = done;
          image.onerror = done;
          image.src = address;
        });
      }
      return fetched[address];
    }

    function show(index) {
      const month = months[index];
      wanted = index;
      slider.value = String(index);
      slider.setAttribute('aria-valuetext', month.told);
      part('told').textContent = month.told;
      remember(month.month);
      return picture(index).then(() => {
        if (wanted !== index) { return; }
        window.zhengzhi.heat(month);
        box.dataset.shown = month.month;
        for (let next = index + 1; next <= index + AHEAD && next < months.length; next += 1) { picture(next); }
      });
    }

    function pause() {
      window.clearTimeout(timer);
      timer = 0;
      face(false);
    }

    function face(isPlaying) {
      play.textContent = isPlaying ? '❚❚' : '▶';
      play.title = isPlaying ? box.dataset.pause : box.dataset.play;
      play.setAttribute('aria-label', play.title);
      play.setAttribute('aria-pressed', String(isPlaying));
    }

    function step() {
      const next = wanted + 1;
      if (next >= months.length) { pause(); return; }
      show(next).then(() => { if (timer) { timer = window.setTimeout(step, STEP_MS); } });
    }

    function toggle() {
      if (timer) { pause(); return; }
      face(true);
      timer = window.setTimeout(step, 0);
      if (wanted >= months.length - 1) { wanted = -1; } // from the beginning again
    }

    function open(name) {
      return load().then(() => {
        if (!months.length) { return; }
        part('bar').hidden = false;
        part('open').hidden = true;
        part('open').setAttribute('aria-expanded', 'true');
        const names = months.map((month) => month.month);
        const found = names.indexOf(names.indexOf(name) < 0 ? box.dataset.month : name); // without one the period's own last
        show(found < 0 ? months.length - 1 : found);
      });
    }

    function close() {
      pause();
      wanted = -1;
      part('bar').hidden = true;
      part('open').hidden = false;
      part('open').setAttribute('aria-expanded', 'false');
      part('open').focus();
      remember('');
      delete box.dataset.shown;
      window.zhengzhi.heat(null);
    }

    part('open').addEventListener('click', () => open('').then(() => play.focus()));
    part('close').addEventListener('click', close);
    play.addEventListener('click', toggle);
    slider.addEventListener('input', () => { pause(); show(Number(slider.value)); });
    box.addEventListener('keydown', (event) => {
      if (!months || part('bar').hidden) { return; }
      const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === ' ' && event.target === slider) { event.preventDefault(); toggle(); }
      if (event.key === 'Escape') { close(); }
      if (move && event.target !== slider) { // the slider itself goes by arrows already
        event.preventDefault();
        pause();
        show(Math.min(months.length - 1, Math.max(0, wanted + move)));
      }
      event.stopPropagation();
    });
    ['dblclick', 'mousedown', 'touchstart', 'wheel'].forEach((name) => {
      box.addEventListener(name, (event) => event.stopPropagation(), { passive: true });
    });

    box.hidden = false;
    const asked = new URL(window.location.href).searchParams.get('month');
    if (asked) { open(asked); }
    return { box, pause };
  }

  // A change of filters brings another map with a slider of its own.
  function begin() {
    const box = document.querySelector('.heat-months');
    if (current) { current.pause(); }
    current = box && window.fetch ? sliderOf(box) : null;
  }

  if (window.zhengzhi && window.zhengzhi.ready) { begin(); }
  document.addEventListener('console:drawn', begin);
}());
