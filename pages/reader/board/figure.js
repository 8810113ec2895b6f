// The board at one t as an SVG that stands alone: light, whatever the page looks like. Text may be anyone's and is escaped.
const [WIDTH, LEFT, PLOT, NAMES] = [1120, 275, 460, 755];
const COLORS = { true: '#009e73', told: '#0072b2', false: '#d55e00' };
const INK = '#1a1a1a';

const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);
const text = (x, y, words, more = '') => `<text x="${x}" y="${y}" ${more}>${escape(words)}</text>`;

export function figure(board) {
  const { data, now, t } = board;
  const x = (share) => LEFT + share * PLOT;
  const parts = [text(20, 28, `${data.titles[board.shown]}: t = ${t} of ${data.tokens}. ${now.told}`, 'font-size="15" font-weight="600"')];
  parts.push(`<image x="20" y="45" width="200" height="200" href="${board.picturePart.toDataURL()}"/>`);
  parts.push(...path(board, 20, 270, 200));
  let y = 45;
  parts.push(...curves(board, x, y, 120));
  y += 145;
  for (const strip of board.strips) {
    const height = parseFloat(strip.box.style.height);
    const image = `preserveAspectRatio="none" style="image-rendering:pixelated" href="${strip.canvas.toDataURL()}"`;
    parts.push(`<rect x="${LEFT}" y="${y}" width="${PLOT}" height="${height}" fill="none" stroke="#999"/>`);
    parts.push(`<image x="${LEFT}" y="${y}" width="${PLOT}" height="${height}" ${image}/>`);
    parts.push(text(NAMES, y + 14, `${strip.told.symbol}: ${strip.about.textContent}`));
    if (!strip.told.head) parts.push(...strip.told.told.split(': ').slice(1).map((words) => text(NAMES, y + 29, words)));
    y += height + 8;
  }
  const ticks = [0, 0.5, 1].map((share) => text(x(share), y + 8, Math.round(share * data.tokens), 'text-anchor="middle"'));
  parts.push(...ticks, text(NAMES, y + 8, 't, patches read'));
  const end = Math.max(y + 15, 510);
  parts.push(`<line x1="${x(t / data.tokens)}" x2="${x(t / data.tokens)}" y1="40" y2="${y}" stroke="${COLORS.told}" stroke-width="1.5"/>`);
  data.notes.forEach((note, place) => parts.push(text(20, end + 20 + 15 * place, note)));
  const height = end + 30 + 15 * data.notes.length;
  const frame = `xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="11"`;
  return `<svg ${frame} fill="${INK}"><rect width="${WIDTH}" height="${height}" fill="#fff"/>${parts.join('')}</svg>`;
}

function curves(board, x, top, height) {
  const { data, now, t } = board;
  const order = [...data.classes.keys()].sort((a, b) => (board.look(a) ? 1 : 0) - (board.look(b) ? 1 : 0));
  const parts = [0, 0.5, 1].map((p) => {
    const y = top + height * (1 - p);
    return `<line x1="${x(0)}" x2="${x(1)}" y1="${y}" y2="${y}" stroke="#ccc"/>${text(x(0) - 6, y + 4, `${100 * p} %`, 'text-anchor="end"')}`;
  });
  for (const k of order) {
    const points = Array.from({ length: data.tokens + 1 }, (_, s) => `${x(s / data.tokens).toFixed(1)},${(top + height * (1 - board.p(s, k))).toFixed(1)}`);
    const look = board.look(k);
    parts.push(`<polyline points="${points.join(' ')}" fill="none" stroke="${COLORS[look] ?? '#bbb'}" stroke-width="${look ? 2.5 : 1}"/>`);
  }
  const best = [...data.classes.keys()].sort((a, b) => board.p(t, b) - board.p(t, a)).slice(0, 5);
  parts.push(text(NAMES, top + 8, `after ${t} patches`, 'font-weight="600"'));
  best.forEach((k, place) => parts.push(text(NAMES, top + 24 + 15 * place, `${data.classes[k]} ${(100 * board.p(t, k)).toFixed(1)} %`)));
  return [...parts, text(NAMES, top + 24 + 15 * best.length, now.knew)];
}

function path(board, left, top, size) {
  const { now, t, data } = board;
  const [x, y, span] = board.path.view;
  const place = (numbers, s) => [left + size / 2 + ((numbers[2 * s] - x) / span) * 0.9 * size, top + size / 2 - ((numbers[2 * s + 1] - y) / span) * 0.9 * size];
  const line = (numbers, to, look) => {
    const points = Array.from({ length: to + 1 }, (_, s) => place(numbers, s).map((v) => v.toFixed(1)).join(','));
    return `<polyline points="${points.join(' ')}" fill="none" ${look}/>`;
  };
  const dots = Array.from({ length: t + 1 }, (_, s) => {
    const [cx, cy] = place(now.path, s);
    return `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="${s === t ? 5 : 2}" fill="${COLORS[board.look(board.firsts[s])] ?? '#999'}"/>`;
  });
  return [
    `<rect x="${left}" y="${top}" width="${size}" height="${size}" fill="none" stroke="#999"/>`,
    line(board.path.trained, data.tokens, 'stroke="#999" stroke-dasharray="3 3"'),
    line(now.path, t, `stroke="${COLORS.told}" stroke-width="1.5"`),
    ...dots,
    text(left, top + size + 15, `across ${data.axes[0]}, up ${data.axes[1]}`),
  ];
}
