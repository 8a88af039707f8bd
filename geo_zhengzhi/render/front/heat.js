// Heat that the server draws: one picture of the whole area, and tiles where its pixels would show.

const TILE = 512;
const COARSE = 0.75; // so many zooms beyond the picture's own its pixels begin to show

class ServedHeat {
  constructor(view, group, feature) {
    this.view = view;
    this.group = group;
    this.own = feature;
    this.area = L.imageOverlay(feature.area, feature.bounds, { pane: 'zz-heat', interactive: false, className: 'zz-heat-area' });
    this.tiles = L.tileLayer(feature.tiles, {
      pane: 'zz-heat', className: 'zz-heat-tiles', tileSize: TILE, zoomOffset: -1, keepBuffer: 1, updateWhenZooming: false,
      bounds: feature.bounds,
    });
    // The picture stays until the tiles have come.
    this.tiles.on('load', () => { if (this.isClose()) { group.removeLayer(this.area); } });
    this.tiles.on('tileerror', (event) => this.doWithout(event.tile.src));
    group.addLayer(this.area);
    view.whenZoomed(() => this.choose());
    view.heats.push(this);
  }

  isClose() {
    return !this.isCoarse && this.view.map.getZoom() > this.own.level + COARSE;
  }

  // A tile that does not come would look like ground where nothing happened: the whole area's picture stands in for all
  // of them, until other heat is asked for.
  doWithout(address) {
    if (this.isCoarse) { return; }
    this.isCoarse = true;
    this.choose();
    document.dispatchEvent(new CustomEvent('zhengzhi:heat-missing', { detail: { address } }));
  }

  choose() {
    if (!this.view.map.hasLayer(this.group)) { return; }
    if (this.isClose()) { this.group.addLayer(this.tiles); return; }
    this.group.addLayer(this.area);
    this.group.removeLayer(this.tiles);
  }

  // Another time's heat on the same ground; without one the page's own.
  show(addresses) {
    const wanted = addresses || this.own;
    this.area.setUrl(wanted.area);
    if (this.tiles._url === wanted.tiles) { return; }
    // Taken off and put on again: Leaflet's own redrawing asks for tiles of zooms between levels.
    this.group.removeLayer(this.tiles);
    this.isCoarse = false;
    this.tiles.setUrl(wanted.tiles, true);
    if (this.view.map.hasLayer(this.group)) { this.group.addLayer(this.area); }
    this.choose();
  }
}
