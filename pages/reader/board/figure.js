// The board at one t as an SVG that stands alone: light, whatever the page looks like. Text may be anyone's and is escaped.
import { ranked } from '../../../dashboard/kit/beliefs.js';
import { attributes, escaped, number } from '../../../dashboard/kit/text.js';
import { PRINT } from '../../../dashboard/kit/theme.js';

const [WIDTH, LEFT, PLOT, NAMES] = [1120, 275, 460, 755];
const COLORS = { true: PRINT.right, told: PRINT.run, false: PRINT.wrong };

const draw = (tag, given) => `<${tag}${attributes(given)}/>`;
const text = (x, y, words, more = {}) => `<text${attributes({ x, y, ...more })}>${escaped(words)}</text>`;
const box = (x, y, width, height) => draw('rect', { x, y, width, height, fill: 'none', stroke: PRINT.line });

export function figure(board) {
  const { data, now, t } = board;
  const x = (share) => LEFT + share * PLOT;
  const title = `${data.titles[board.shown]}: t = ${t} of ${data.tokens}. ${now.told}`;
  const picture = draw('image', { x: 20, y: 45, width: 200, height: 200, href: board.picturePart.toDataURL() });
  const [strips, below] = stripsOf(board, 190);
  const ticks = [0, 0.5, 1].map((share) => text(x(share), below + 8, Math.round(share * data.tokens), { 'text-anchor': 'middle' }));
  const end = Math.max(below + 15, 510);
  const height = end + 30 + 15 * data.notes.length;
  const here = x(t / data.tokens);
  const parts = [
    draw('rect', { width: WIDTH, height, fill: PRINT.paper }),
    text(20, 28, title, { 'font-size': 15, 'font-weight': 600 }),
    picture,
    ...path(board, 20, 270, 200),
    ...curves(board, x, 45, 120),
    ...strips,
    ...ticks,
    text(NAMES, below + 8, 't, patches read'),
    draw('line', { x1: here, x2: here, y1: 40, y2: below, stroke: COLORS.told, 'stroke-width': 1.5 }),
    ...data.notes.map((note, place) => text(20, end + 20 + 15 * place, note)),
  ];
  const size = { viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height, 'font-family': 'sans-serif', 'font-size': 11, fill: PRINT.ink };
  return `<svg${attributes({ xmlns: 'http://www.w3.org/2000/svg', ...size })}>${parts.join('')}</svg>`;
}

// The strips from y on, with what they are, and where they end.
function stripsOf(board, y) {
  const parts = [];
  for (const strip of board.strips) {
    const height = parseFloat(strip.box.style.height);
    const place = { x: LEFT, y, width: PLOT, height, preserveAspectRatio: 'none', style: 'image-rendering:pixelated' };
    parts.push(box(LEFT, y, PLOT, height), draw('image', { ...place, href: strip.canvas.toDataURL() }));
    parts.push(text(NAMES, y + 14, `${strip.told.symbol}: ${strip.about.textContent}`));
    if (!strip.told.head) parts.push(...strip.told.told.split(': ').slice(1).map((words) => text(NAMES, y + 29, words)));
    y += height + 8;
  }
  return [parts, y];
}

function curves(board, x, top, height) {
  const { data, now, t } = board;
  const y = (p) => top + height * (1 - p);
  const order = [...data.classes.keys()].sort((a, b) => (board.look(a) ? 1 : 0) - (board.look(b) ? 1 : 0));
  const lines = [0, 0.5, 1].flatMap((p) => [
    draw('line', { x1: x(0), x2: x(1), y1: y(p), y2: y(p), stroke: PRINT.grid }),
    text(x(0) - 6, y(p) + 4, `${100 * p} %`, { 'text-anchor': 'end' }),
  ]);
  for (const k of order) {
    const at = (s) => `${x(s / data.tokens).toFixed(1)},${y(board.p(s, k)).toFixed(1)}`;
    const points = Array.from({ length: data.tokens + 1 }, (_, s) => at(s)).join(' ');
    const look = board.look(k);
    lines.push(draw('polyline', { points, fill: 'none', stroke: COLORS[look] ?? PRINT.faint, 'stroke-width': look ? 2.5 : 1 }));
  }
  const best = ranked(data.classes.map((_, k) => board.p(t, k)), 5);
  const words = best.map((k, place) => text(NAMES, top + 24 + 15 * place, `${data.classes[k]} ${number(100 * board.p(t, k), 1)} %`));
  const head = text(NAMES, top + 8, `after ${t} patches`, { 'font-weight': 600 });
  return [...lines, head, ...words, text(NAMES, top + 24 + 15 * best.length, now.knew)];
}

function path(board, left, top, size) {
  const { now, t, data } = board;
  const [x, y, span] = board.path.view;
  const scale = (0.9 * size) / span;
  const place = (numbers, s) => [left + size / 2 + (numbers[2 * s] - x) * scale, top + size / 2 - (numbers[2 * s + 1] - y) * scale];
  const line = (numbers, to, look) => {
    const points = Array.from({ length: to + 1 }, (_, s) => place(numbers, s).map((v) => v.toFixed(1)).join(','));
    return draw('polyline', { points: points.join(' '), fill: 'none', ...look });
  };
  const dots = Array.from({ length: t + 1 }, (_, s) => {
    const [cx, cy] = place(now.path, s).map((v) => v.toFixed(1));
    return draw('circle', { cx, cy, r: s === t ? 5 : 2, fill: COLORS[board.look(board.firsts[s])] ?? PRINT.line });
  });
  return [
    box(left, top, size, size),
    line(board.path.trained, data.tokens, { stroke: PRINT.line, 'stroke-dasharray': '3 3' }),
    line(now.path, t, { stroke: COLORS.told, 'stroke-width': 1.5 }),
    ...dots,
    text(left, top + size + 15, `across ${data.axes[0]}, up ${data.axes[1]}`),
  ];
}
