// The planner's pencil, its middle: what is drawn, what was drawn before, who wants to know. ES2018.
(function () {
  'use strict';

  const data = JSON.parse(document.getElementById('plan-data').textContent);
  const listeners = {};
  const MOST_STATES = 200;

  class Past {
    constructor() { this.states = []; this.at = -1; }

    push(state) {
      const text = JSON.stringify(state);
      if (this.states[this.at] === text) { return false; }
      this.states = this.states.slice(Math.max(0, this.at - MOST_STATES), this.at + 1).concat(text);
      this.at = this.states.length - 1;
      return true;
    }

    move(step) {
      if (this.at + step < 0 || this.at + step >= this.states.length) { return null; }
      this.at += step;
      return JSON.parse(this.states[this.at]);
    }

    can(step) { return this.at + step >= 0 && this.at + step < this.states.length; }
  }

  const past = new Past();

  const pencil = {
    data,
    map: window.zhengzhiPencil.map,
    shape: null,
    width: data.half_width,
    past,
    on(name, act) { (listeners[name] = listeners[name] || []).push(act); },
    tell(name, detail) { (listeners[name] || []).forEach((act) => act(detail)); },
    say(key, values) {
      return Object.keys(values || {}).reduce((text, name) => text.replace('{' + name + '}', String(values[name])), data.words[key]);
    },
    isLine() { return document.querySelector('[name=kind]').value === 'railway_corridor'; },
    // A new state of the shape: kept for undo, shown where the editor has not drawn it itself.
    change(shape, how) {
      const options = how || {};
      pencil.shape = shape;
      if (options.width) { pencil.width = options.width; pencil.tell('width'); }
      if (past.push({ shape, width: pencil.width })) { pencil.tell('past'); }
      if (!options.isDrawn) { pencil.tell('show'); }
      pencil.tell('change');
    },
    step(n) {
      const state = past.move(n);
      if (!state) { return; }
      pencil.shape = state.shape;
      pencil.width = state.width;
      pencil.tell('width');
      pencil.tell('past');
      pencil.tell('show');
      pencil.tell('change');
    },
  };

  // Every vertex's list, outer ring after outer ring, without the closing position.
  pencil.rings = function (shape) {
    if (!shape) { return []; }
    if (shape.type === 'LineString') { return [shape.coordinates]; }
    const polygons = shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates;
    return polygons.reduce((all, rings) => all.concat(rings.map((ring) => ring.slice(0, -1))), []);
  };

  pencil.written = (at) => at.lng.toFixed(5) + ', ' + at.lat.toFixed(5);

  pencil.metres = function (at, east, north) {
    const perDegree = Math.PI / 180 * 6371008.8;
    return [at.lat + north / perDegree, at.lng + east / perDegree / Math.cos(at.lat * Math.PI / 180)];
  };

  window.pencil = pencil;
}());
