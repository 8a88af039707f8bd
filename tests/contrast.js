// Contrast as WCAG 2 defines it, of what a page shows: each text, and each control's edge and each drawn line.
(marks) => {
  const parse = (text) => {
    const found = /rgba?\(([^)]+)\)/.exec(text || '');
    if (!found) { return null; }
    const [r, g, b, a] = found[1].split(',').map(Number);
    return { r, g, b, a: a === undefined ? 1 : a };
  };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a), b: top.b * top.a + below.b * (1 - top.a), a: 1,
  });
  // What the wall's filter makes of a colour: invert(.94) hue-rotate(180deg).
  const turned = (c) => {
    const [r, g, b] = [c.r, c.g, c.b].map((v) => 255 * 0.94 + v * (1 - 2 * 0.94));
    const cut = (v) => Math.max(0, Math.min(255, v));
    return {
      r: cut(-0.574 * r + 1.43 * g + 0.144 * b), g: cut(0.426 * r + 0.43 * g + 0.144 * b), b: cut(0.426 * r + 1.43 * g - 0.856 * b), a: 1,
    };
  };
  const light = (c) => {
    const [r, g, b] = [c.r, c.g, c.b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const ground = (element) => {
    const layers = [];
    const halo = parse(getComputedStyle(element).textShadow);
    for (let one = element; one; one = one.parentElement) {
      if (halo && one.classList.contains('leaflet-map-pane')) { layers.push({ ...halo, a: 1 }); break; }
      const drawn = one.previousElementSibling; // what a number stands on is drawn just before it
      const cell = one.tagName === 'text' && drawn && drawn.matches('rect.cell, .zz-disc') ? drawn : null;
      if (cell) { layers.push(parse(getComputedStyle(cell).fill)); break; }
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour && colour.a > 0) { layers.push(colour); }
      if (colour && colour.a === 1) { break; }
    }
    return layers.reverse().reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
  };
  const seen = (element) => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return box.width > 1 && box.height > 1 && style.visibility === 'visible' && !element.closest('.vh, .skip, [hidden]') && style.opacity !== '0';
  };
  const found = new Map();
  let n = 0;
  // A box is seen against what lies around it, all else against what lies below it.
  const judge = (element, colour, least, what, around) => {
    if (!colour || !seen(element)) { return; }
    const below = ground(around ? element.parentElement : element);
    const pair = [over(colour, below), below];
    const value = element.closest('.ground') ? ratio(...pair.map(turned)) : ratio(...pair);
    n += 1;
    if (value < least) { found.set(what + ' ' + (element.getAttribute('class') || element.tagName) + ' ' + value.toFixed(2), element.textContent.trim().slice(0, 30)); }
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || /^(SCRIPT|STYLE|NOSCRIPT|TITLE|OPTION|DATALIST|title)$/.test(element.tagName)) { continue; }
    const style = getComputedStyle(element);
    judge(element, parse(element instanceof SVGElement ? style.fill : style.color), 4.5, 'text');
  }
  document.querySelectorAll('input:not([type=checkbox]):not([type=radio]), select, textarea').forEach((field) => judge(field, parse(getComputedStyle(field).color), 4.5, 'field'));
  marks.forEach(([selector, property]) => document.querySelectorAll(selector).forEach((element) => {
    judge(element, parse(getComputedStyle(element)[property]), 3, property, !(element instanceof SVGElement));
  }));
  return { n, low: Array.from(found.entries()) };
}
