// The small curves beside the figure: one a run, all on one scale, in the order in which the runs began.
import { button, keyed, make, set, svg } from '../../../dashboard/kit/dom.js';
import { greatest, least } from '../../../dashboard/kit/scale.js';
import { percent } from '../../../dashboard/kit/text.js';
import { shape } from './marks.js';

const [WIDE, HIGH] = [100, 30]; // of a small curve, in its own units

/** The lowest and the highest accuracy of all curves. */
export function reach(rows) {
  const all = rows.flatMap(({ curve }) => curve.map(([, accuracy]) => accuracy)).filter(Number.isFinite);
  return all.length ? [least(all), greatest(all)] : [0, 1];
}

/** The points of a small curve: its epochs across, of all that the run shall have; accuracies up. */
export function smallCurve({ curve, total }, [low, high]) {
  const [last, wide] = [Math.max(total ?? 0, curve.at(-1)?.[0] ?? 1, 1), high - low || 1];
  const known = curve.filter(([, accuracy]) => Number.isFinite(accuracy));
  return known.map(([epoch, accuracy]) => {
    const [x, y] = [(WIDE * epoch) / last, 1 + (HIGH - 2) * (1 - (accuracy - low) / wide)];
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  }).join(' ');
}

/** A small picture of a model's shape. */
export function mark(look) {
  const picture = { class: 'wall-board-mark', viewBox: '-8 -8 16 16', 'aria-hidden': 'true' };
  return svg('svg', picture, svg('path', { d: shape(look, 5.5) }));
}

export class Strip {
  constructor(place) {
    this.place = place;
    this.items = new Map();
  }

  /** Draw all runs. `how` says of a run its color, its classes, what is spoken of it, and whether keys reach it here. */
  fill(rows, how) {
    const ends = reach(rows);
    keyed(this.place, this.items, rows, {
      key: (row) => row.run,
      create: (row) => created(row),
      update: (item, row) => {
        const { color, classes, words, tabindex } = how(row);
        item.element.className = ['wall-board-small', ...classes].join(' ');
        item.element.style.setProperty('--look', color);
        set(item.element, { 'aria-label': words, tabindex });
        item.title.textContent = row.title;
        item.value.textContent = row.accuracy === null ? '–' : percent(row.accuracy, 1);
        item.line.setAttribute('points', smallCurve(row, ends));
      },
    });
  }

  element(run) {
    return this.items.get(run)?.element;
  }
}

function created(row) {
  const line = svg('polyline', { 'vector-effect': 'non-scaling-stroke' });
  const picture = { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: 'none', 'aria-hidden': 'true', class: 'wall-board-curve' };
  const [title, value] = [make('span'), make('b')];
  const element = button({ 'data-run': row.run }, title, mark(row.look), svg('svg', picture, line), value);
  return { element, title, value, line };
}
