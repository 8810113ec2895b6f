// Pairs (query, key) of one layer against the number of tokens, both by powers of ten: every kind of attention faint, full attention and
// the one that is pointed at in color, and the number of tokens that the page is set to.
import { svg } from '../../../dashboard/kit/dom.js';
import { raised, thousands } from '../../../dashboard/kit/text.js';

const HEIGHT = 210;
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 10, 8, 34];
const LENGTHS = [16, 128, 1024, 8192, 65536]; // of tokens, below the axis

const power = (exponent) => (exponent === 0 ? '1' : `10${raised(exponent)}`);

export function costChart(curves, kind, tokens, width) {
  const { x, y, tops, most } = scales(curves, width);
  const drawn = curves[kind];
  const now = (name) => curves[name].points.find(([length]) => length === tokens)?.[1];
  const told = drawn ? `${drawn.title}: ${thousands(now(kind))} pairs at T = ${thousands(tokens)}` : 'no pairs are compared';
  const look = { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: 'img', 'aria-label': `Pairs by tokens. ${told}` };
  const chart = svg('svg', look, ...axes(x, y, tops, most, width));
  chart.append(svg('line', { class: 'now', x1: x(tokens), x2: x(tokens), y1: TOP, y2: HEIGHT - BOTTOM }));
  const order = Object.keys(curves).sort((a, b) => (a === kind) - (b === kind)); // what is pointed at lies on top
  for (const name of order) {
    const points = curves[name].points.map(([length, pairs]) => `${x(length)},${y(pairs)}`).join(' ');
    const line = { class: name === kind ? 'here' : name === 'full' ? 'full' : 'other', points };
    chart.append(svg('polyline', line, svg('title', {}, curves[name].title)));
  }
  if (drawn) chart.append(svg('circle', { class: 'here', cx: x(tokens), cy: y(now(kind)), r: 4.5 }));
  const full = { class: 'full', x: x(most) - 60, y: y(curves.full.points.at(-1)[1]) + 6, 'text-anchor': 'end' };
  chart.append(svg('text', full, 'full: T²'));
  if (!drawn || kind === 'full') return chart;
  const here = { class: 'here', x: width - RIGHT, y: HEIGHT - BOTTOM - 6, 'text-anchor': 'end' };
  chart.append(svg('circle', { class: 'full', cx: x(tokens), cy: y(now('full')), r: 3.5 }));
  chart.append(svg('text', here, `${drawn.title}: ${drawn.grows}`));
  return chart;
}

// Lengths and pairs as places in px, by their logarithms; `tops` are the powers of ten at the ends.
function scales(curves, width) {
  const all = Object.values(curves).flatMap(({ points }) => points);
  const [lengths, pairs] = [0, 1].map((which) => all.map((point) => point[which]));
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
  const tops = [Math.floor(Math.log10(Math.min(...pairs))), Math.ceil(Math.log10(Math.max(...pairs)))];
  const up = (value) => (Math.log10(value) - tops[0]) / (tops[1] - tops[0]);
  const x = (length) => LEFT + ((width - LEFT - RIGHT) * Math.log(length / least)) / Math.log(most / least);
  return { x, y: (value) => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * up(value), tops, most };
}

function axes(x, y, [low, high], most, width) {
  const made = [];
  for (let exponent = low; exponent <= high; exponent += 2) {
    const at = y(10 ** exponent);
    made.push(svg('line', { class: 'grid', x1: LEFT, x2: width - RIGHT, y1: at, y2: at }));
    made.push(svg('text', { x: LEFT - 5, y: at + 4, 'text-anchor': 'end' }, power(exponent)));
  }
  for (const length of LENGTHS) {
    const place = { x: x(length), y: HEIGHT - BOTTOM + 14, 'text-anchor': length === most ? 'end' : 'middle' };
    made.push(svg('text', place, thousands(length)));
  }
  return [...made, svg('text', { x: (LEFT + width - RIGHT) / 2, y: HEIGHT - 4, 'text-anchor': 'middle' }, 'tokens T')];
}
