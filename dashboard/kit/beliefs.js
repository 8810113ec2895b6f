// What models believe: the most probable classes as bars, and all of them over time as curves.
import { make, svg } from './dom.js';

/**
 * What marks a class: the right one, and the one that a model answers, which is wrong where the right one is known.
 * @param {number} k
 * @param {number} truth -1 where it is not known
 * @param {number} answer
 */
export function look(k, truth, answer) {
  if (k === truth) return 'true';
  if (k !== answer) return '';
  return truth < 0 ? 'told' : 'false';
}

/**
 * The `count` most probable classes, the first one first; the right one is always among them.
 * @param {ArrayLike<number>} values
 * @param {number} count
 * @param {number} [truth]
 */
export function ranked(values, count, truth = -1) {
  const order = [...Array(values.length).keys()].sort((a, b) => values[b] - values[a] || a - b);
  const first = order.slice(0, count);
  if (truth >= 0 && !first.includes(truth) && first.length) first[first.length - 1] = truth;
  return first;
}

/**
 * A bar: the class's name, how probable it is, and how probable it was where that is told.
 * @param {{ name: string, p: number, text: string, look?: string, was?: number }} belief
 * @param {string} [kind] class of the bars of one board
 */
export function bar({ name, p, text, look: marked = '', was }, kind = '') {
  const row = make(
    'div',
    `belief ${kind} ${marked}`,
    make('i', 'now'),
    ...(was === undefined ? [] : [make('i', 'was')]),
    make('span', '', name),
    make('b', '', text),
  );
  row.style.setProperty('--p', String(p));
  if (was !== undefined) row.style.setProperty('--was', String(was));
  return row;
}

/**
 * Curves of probabilities in a drawing of 1 x 1, the marked ones on top, with lines at 0, ½ and 1.
 * @param {Element} drawing
 * @param {number} steps
 * @param {number} classes
 * @param {(t: number, k: number) => number} p
 * @param {(k: number) => string} lookOf
 */
export function curves(drawing, steps, classes, p, lookOf) {
  const order = [...Array(classes).keys()].sort((a, b) => Number(Boolean(lookOf(a))) - Number(Boolean(lookOf(b))));
  const line = (/** @type {number} */ k) => {
    const points = Array.from({ length: steps + 1 }, (_, t) => `${(t / steps).toFixed(4)},${(1 - p(t, k)).toFixed(4)}`).join(' ');
    return svg('polyline', { points, class: lookOf(k), 'vector-effect': 'non-scaling-stroke' });
  };
  const half = [0, 0.5, 1].map((y) => svg('line', { x1: 0, x2: 1, y1: y, y2: y, class: 'grid', 'vector-effect': 'non-scaling-stroke' }));
  drawing.replaceChildren(...half, ...order.map(line));
}

/**
 * What a model that reads patch by patch believes of every class after each, from which patch on its answer stays, and numbers of patches
 * below.
 * @param {{ lines: Element, known: HTMLElement, axis: Element }} parts
 * @param {{ tokens: number, classes: string[], known: number, answer: number }} reading
 * @param {(t: number, k: number) => number} p
 * @param {(k: number) => string} lookOf
 */
export function plotBeliefs({ lines, known, axis }, { tokens, classes, known: since, answer }, p, lookOf) {
  curves(lines, tokens, classes.length, p, lookOf);
  known.style.left = `${(100 * since) / tokens}%`;
  known.classList.toggle('left', since > tokens / 2);
  known.replaceChildren(make('b', '', `${classes[answer]} from ${since} on`));
  const ticks = [0, tokens / 4, tokens / 2, (3 * tokens) / 4, tokens].filter(Number.isInteger);
  axis.replaceChildren(...ticks.map((t) => make('span', { style: `left: ${(100 * t) / tokens}%` }, t)));
}
