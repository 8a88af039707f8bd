// Single incidents on the map: off at every opening, only close up, only those in view. ES2018.
(function () {
  'use strict';

  const template = document.getElementById('points-switch');
  if (!template) { return; }
  const words = template.dataset;
  const REST_MS = 300; // a map that is being moved is not asked for
  let isOn = false;
  let view = null; // of the map that is there now: a change of filters brings another one

  class Points {
    constructor(map) {
      this.map = map;
      this.timer = 0;
      this.asked = null;
      map.createPane('zz-points').style.zIndex = 595;
      this.group = window.L.layerGroup().addTo(map);
      const control = window.L.control({ position: 'topleft' });
      control.onAdd = () => this.makeSwitch();
      control.addTo(map);
      map.on('moveend', () => this.later());
      this.set(isOn);
    }

    makeSwitch() {
      const holder = document.createElement('div');
      holder.className = 'points-switch';
      this.button = document.importNode(template.content, true).querySelector('button');
      this.note = document.createElement('p');
      this.note.setAttribute('role', 'status');
      holder.appendChild(this.button);
      holder.appendChild(this.note);
      this.button.addEventListener('click', () => this.set(!isOn));
      window.L.DomEvent.disableClickPropagation(holder);
      return holder;
    }

    set(on) {
      isOn = on;
      this.button.setAttribute('aria-pressed', String(on));
      this.say('');
      this.group.clearLayers();
      this.later();
    }

    say(text) {
      this.note.textContent = text;
      this.note.hidden = !text;
    }

    later() {
      window.clearTimeout(this.timer);
      if (this.asked) { this.asked.abort(); }
      if (isOn) { this.timer = window.setTimeout(() => this.look(), REST_MS); }
    }

    isWide(bounds) {
      const middle = bounds.getCenter();
      const wide = this.map.distance([middle.lat, bounds.getWest()], [middle.lat, bounds.getEast()]);
      const high = this.map.distance([bounds.getSouth(), bounds.getWest()], [bounds.getNorth(), bounds.getWest()]);
      return Math.max(wide, high) > Number(words.widestKm) * 995; // metres, less what two ellipsoids differ
    }

    look() {
      const bounds = this.map.getBounds();
      if (this.isWide(bounds)) {
        this.group.clearLayers();
        this.say(words.zoomIn);
        return;
      }
      const asked = new URLSearchParams(window.location.search);
      const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
      asked.set('bbox', box.map((degrees) => degrees.toFixed(7)).join(','));
      this.asked = new AbortController();
      fetch('/points?' + asked, { credentials: 'same-origin', signal: this.asked.signal })
        .then((answer) => (answer.ok && !answer.redirected ? answer.json() : Promise.reject(new Error(answer.status))))
        .then((found) => this.draw(found))
        .catch((error) => { if (error.name !== 'AbortError') { this.say(words.failed); } });
    }

    draw(found) {
      this.group.clearLayers();
      found.points.forEach((point) => {
        const text = document.createElement('span');
        text.textContent = point[3] + ' · ' + point[2];
        window.L.circleMarker([point[0], point[1]], {
          pane: 'zz-points', className: 'single-incident', radius: 4, bubblingMouseEvents: false,
        }).bindTooltip(text).addTo(this.group);
      });
      const all = found.points.length === found.n_in_view;
      this.say((all ? words.shown : words.notAll).replace('%n', String(found.n_in_view)));
    }
  }

  function begin() {
    if (!view || view.map !== window.zhengzhi.map) { view = new Points(window.zhengzhi.map); }
  }

  if (window.zhengzhi && window.zhengzhi.ready) { begin(); }
  document.addEventListener('zhengzhi:ready', begin);
}());
