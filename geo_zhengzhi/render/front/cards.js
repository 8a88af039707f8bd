// Popups and tooltips, built from data with textContent: no word in them can become markup.

const SVG = 'http://www.w3.org/2000/svg';

function svg(tag, attributes, children) {
  const made = document.createElementNS(SVG, tag);
  Object.keys(attributes).forEach((name) => made.setAttribute(name, attributes[name]));
  (children || []).forEach((child) => made.appendChild(child));
  return made;
}

function popupCard(popup) {
  const card = element('div', 'zz-pop');
  card.appendChild(element('h3', '', popup.title));
  if (popup.subtitle) { card.appendChild(element('p', '', popup.subtitle)); }
  const amounts = element('p', 'zz-amounts');
  amounts.appendChild(element('b', '', popup.amounts[0]));
  if (popup.amounts.length > 1) { amounts.appendChild(document.createTextNode(' · ' + popup.amounts.slice(1).join(' · '))); }
  card.appendChild(amounts);
  if (popup.change) { card.appendChild(changeCard(popup.change)); }
  const rows = element('dl', 'zz-rows');
  popup.rows.forEach(([label, text]) => {
    rows.appendChild(element('dt', '', label));
    rows.appendChild(element('dd', '', text));
  });
  card.appendChild(rows);
  popup.notes.forEach((note) => card.appendChild(element('p', 'zz-note', note)));
  return card;
}

function changeCard(change) {
  const card = element('div', 'zz-change');
  const row = element('div', 'zz-change-row');
  const counts = element('span');
  counts.appendChild(element('b', '', change.now));
  counts.appendChild(document.createTextNode(' / ' + change.before));
  counts.title = change.before_label;
  row.appendChild(counts);
  row.appendChild(interval(change));
  row.appendChild(element('span', 'zz-verdict zz-' + change.verdict, change.mark + ' ' + change.word));
  card.appendChild(row);
  card.appendChild(element('p', '', change.before_label + ' ' + change.before));
  change.lines.forEach((line) => card.appendChild(element('p', '', line)));
  return card;
}

// The ratio and its interval on a log axis from a quarter to four, with a mark at one.
function interval(change) {
  const width = 96;
  const x = (ratio) => (width / 2) * (1 + Math.max(-1, Math.min(1, Math.log(Math.max(ratio, 1e-9)) / Math.log(4))));
  const picture = svg('svg', { width, height: 16, class: 'zz-as-' + change.verdict }, [
    svg('path', { class: 'zz-axis', d: 'M0 8H' + width }),
    svg('path', { class: 'zz-one', d: 'M' + width / 2 + ' 0V16' }),
  ]);
  if (change.ratio !== null && change.low !== null && change.high !== null) {
    picture.appendChild(svg('path', { class: 'zz-range', d: 'M' + x(change.low) + ' 8H' + x(change.high) }));
    picture.appendChild(svg('circle', { class: 'zz-ratio', cx: x(change.ratio), cy: 8, r: 4 }));
  }
  return picture;
}

// One line for the pointer: what it is, where, how many.
function tooltipLine(popup) {
  return element('span', '', [popup.title, popup.subtitle.split(' · ')[0], popup.amounts[0]].filter(Boolean).join(' · '));
}
