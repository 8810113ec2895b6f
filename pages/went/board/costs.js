// Pairs (query, key) of one layer against the number of tokens, both by powers of ten: every kind of attention faint, full attention and
// the one that is pointed at in color, and the number of tokens that the page is set to.
import { svg } from '../../../dashboard/kit/dom.js';
import { raised } from '../../../dashboard/kit/text.js';

const HEIGHT = 210;
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 10, 8, 34];

const power = (exponent) => (exponent === 0 ? '1' : `10${raised(exponent)}`);
const count = (value) => Math.round(value).toLocaleString('en');

export function costChart(curves, kind, tokens, width) {
  const all = Object.values(curves).flatMap(({ points }) => points);
  const [least, most] = [Math.min(...all.map(([length]) => length)), Math.max(...all.map(([length]) => length))];
  const tops = [
    Math.floor(Math.log10(Math.min(...all.map(([, pairs]) => pairs)))),
    Math.ceil(Math.log10(Math.max(...all.map(([, pairs]) => pairs)))),
  ];
  const x = (length) => LEFT + ((width - LEFT - RIGHT) * Math.log(length / least)) / Math.log(most / least);
  const y = (pairs) => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * (Math.log10(pairs) - tops[0])) / (tops[1] - tops[0]);
  const drawn = curves[kind];
  const now = (name) => curves[name].points.find(([length]) => length === tokens)?.[1];
  const told = drawn ? `${drawn.title}: ${count(now(kind))} pairs at T = ${count(tokens)}` : 'no pairs are compared';
  const chart = svg('svg', {
    viewBox: `0 0 ${width} ${HEIGHT}`,
    width,
    height: HEIGHT,
    role: 'img',
    'aria-label': `Pairs by tokens. ${told}`,
  });
  for (let exponent = tops[0]; exponent <= tops[1]; exponent += 2) {
    const at = y(10 ** exponent);
    chart.append(svg('line', { class: 'grid', x1: LEFT, x2: width - RIGHT, y1: at, y2: at }));
    chart.append(svg('text', { x: LEFT - 5, y: at + 4, 'text-anchor': 'end' }, power(exponent)));
  }
  for (const length of [16, 128, 1024, 8192, 65536]) {
    chart.append(svg('text', { x: x(length), y: HEIGHT - BOTTOM + 14, 'text-anchor': length === most ? 'end' : 'middle' }, count(length)));
  }
  chart.append(svg('text', { x: (LEFT + width - RIGHT) / 2, y: HEIGHT - 4, 'text-anchor': 'middle' }, 'tokens T'));
  chart.append(svg('line', { class: 'now', x1: x(tokens), x2: x(tokens), y1: TOP, y2: HEIGHT - BOTTOM }));
  const order = Object.keys(curves).sort((a, b) => (a === kind) - (b === kind)); // what is pointed at lies on top
  for (const name of order) {
    const look = name === kind ? 'here' : name === 'full' ? 'full' : 'other';
    const line = svg('polyline', {
      class: look,
      points: curves[name].points.map(([length, pairs]) => `${x(length)},${y(pairs)}`).join(' '),
    });
    line.append(svg('title', {}, curves[name].title));
    chart.append(line);
  }
  if (drawn) {
    chart.append(svg('circle', { class: 'here', cx: x(tokens), cy: y(now(kind)), r: 4.5 }));
    if (kind !== 'full') chart.append(svg('circle', { class: 'full', cx: x(tokens), cy: y(now('full')), r: 3.5 }));
  }
  chart.append(svg('text', { class: 'full', x: x(most) - 60, y: y(curves.full.points.at(-1)[1]) + 6, 'text-anchor': 'end' }, 'full: T²'));
  if (drawn && kind !== 'full') {
    chart.append(
      svg('text', { class: 'here', x: width - RIGHT, y: HEIGHT - BOTTOM - 6, 'text-anchor': 'end' }, `${drawn.title}: ${drawn.grows}`),
    );
  }
  return chart;
}
