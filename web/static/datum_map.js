// The map of a file's rows under each datum: choose, zoom, move, look at spots. Without it the picture stands still. ES2018.
(function () {
  'use strict';

  const map = document.querySelector('.datum-map');
  if (!map) { return; }
  const svg = map.querySelector('.dm');
  const here = map.querySelector('.here');
  const scale = map.querySelector('.dm-scale');
  const all = (selector, within) => Array.prototype.slice.call((within || document).querySelectorAll(selector));
  const WIDEST = 400000;
  const NARROWEST = 200;
  const FAR = 20000; // a view wider than this has the coarse grid
  let view = parse(svg.getAttribute('viewBox')); // left, top, width, height in metres, y south

  function parse(text) {
    const numbers = text.split(' ').map(Number);
    return { left: numbers[0], top: numbers[1], width: numbers[2], height: numbers[3] };
  }

  // Metres that one pixel shows, with the view wholly inside the picture.
  function metresPerPixel() {
    return Math.max(view.width / svg.clientWidth, view.height / svg.clientHeight);
  }

  function show() {
    const perPixel = metresPerPixel();
    const width = perPixel * svg.clientWidth;
    const height = perPixel * svg.clientHeight;
    svg.setAttribute('viewBox', [view.left, view.top, view.width, view.height].join(' '));
    svg.style.setProperty('--k', perPixel);
    svg.classList.toggle('far', width > FAR);
    here.setAttribute('x', view.left + view.width / 2 - width / 2);
    here.setAttribute('y', view.top + view.height / 2 - height / 2);
    here.setAttribute('width', width);
    here.setAttribute('height', height);
    const steps = [1, 2, 5].map((n) => n * Math.pow(10, Math.floor(Math.log(perPixel * 100) / Math.LN10)));
    const metres = steps.filter((step) => step <= perPixel * 110).pop() || steps[0];
    scale.hidden = false;
    scale.querySelector('i').style.width = metres / perPixel + 'px';
    scale.querySelector('span').textContent = metres >= 1000 ? metres / 1000 + ' km' : metres + ' m';
  }

  function zoom(factor, x, y) {
    const width = view.width * factor;
    if (width > WIDEST || width < NARROWEST) { return; }
    view = {
      left: x - (x - view.left) * factor,
      top: y - (y - view.top) * factor,
      width: width,
      height: view.height * factor,
    };
    mark(null);
    show();
  }

  // A point of the screen in metres.
  function place(event) {
    const box = svg.getBoundingClientRect();
    const perPixel = metresPerPixel();
    return {
      x: view.left + view.width / 2 + (event.clientX - box.left - box.width / 2) * perPixel,
      y: view.top + view.height / 2 + (event.clientY - box.top - box.height / 2) * perPixel,
    };
  }

  function mark(button) {
    all('.spots button', map).forEach((one) => one.classList.toggle('on', one === button));
  }

  all('[data-view]', map).forEach((one) => one.addEventListener('click', () => {
    const wanted = one.dataset.view || one.getAttribute('data-view');
    view = parse(wanted);
    mark(all('.spots button', map).filter((button) => button.dataset.view === wanted)[0]);
    show();
  }));
  all('[data-zoom]', map).forEach((button) => button.addEventListener('click', () => {
    zoom(button.dataset.zoom === 'in' ? 0.5 : 2, view.left + view.width / 2, view.top + view.height / 2);
  }));
  svg.addEventListener('wheel', (event) => {
    event.preventDefault();
    const at = place(event);
    zoom(event.deltaY < 0 ? 0.8 : 1.25, at.x, at.y);
  }, { passive: false });

  let from = null;
  svg.addEventListener('pointerdown', (event) => {
    from = place(event);
    svg.classList.add('moving');
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener('pointermove', (event) => {
    if (!from) { return; }
    const to = place(event);
    view = Object.assign({}, view, { left: view.left + from.x - to.x, top: view.top + from.y - to.y });
    mark(null);
    show();
  });
  ['pointerup', 'pointercancel'].forEach((name) => svg.addEventListener(name, () => {
    from = null;
    svg.classList.remove('moving');
  }));

  // Cards: the chosen one is drawn as crosses, the one that is pointed at stands out.
  all('.datum').forEach((card) => {
    card.addEventListener('mouseenter', () => {
      if (!card.classList.contains('on')) { map.dataset.look = card.dataset.reading; }
    });
    card.addEventListener('mouseleave', () => { delete map.dataset.look; });
    all('input', card).forEach((input) => input.addEventListener('change', () => {
      map.dataset.chosen = card.dataset.reading;
      delete map.dataset.look;
      all('.datum').forEach((one) => one.classList.toggle('on', one === card));
    }));
  });

  window.addEventListener('resize', show);
  show();
}());
