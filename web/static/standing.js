// Where a map stands, in an address: a link shows a colleague the same ground. ES2018.
(function () {
  'use strict';

  const BY_HAND = ['mousedown', 'touchstart', 'wheel', 'keydown'];
  const SETTLES_MS = 2000; // how long a map goes on by itself after a hand has let it go

  // Latitude, longitude and zoom.
  function written(map) {
    const center = map.getCenter();
    return [center.lat.toFixed(5), center.lng.toFixed(5), Number(map.getZoom().toFixed(2))].join(',');
  }

  // A place of an address; anything else is none.
  function read(text) {
    const numbers = (text || '').split(',').map(Number);
    return text && numbers.length === 3 && numbers.every(isFinite) ? numbers : null;
  }

  // Put a map where an address says; false where it says nothing.
  function restore(map, text) {
    const at = read(text);
    if (at) { map.setView([at[0], at[1]], at[2], { animate: false }); }
    return Boolean(at);
  }

  // Tell where a map stands whenever a hand has moved it, and never that the page did.
  function watch(map, tell) {
    let touched = -Infinity;
    BY_HAND.forEach((name) => {
      map.getContainer().addEventListener(name, () => { touched = Date.now(); }, { capture: true, passive: true });
    });
    map.on('dragend', () => { touched = Date.now(); });
    map.on('moveend', () => { if (Date.now() - touched < SETTLES_MS) { tell(written(map)); } });
  }

  window.standing = { written, restore, watch };
}());
