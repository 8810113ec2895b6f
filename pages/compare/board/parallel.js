// Parallel coordinates: hyperparameters and accuracy of all runs, a line a run. Pure.
import { axis } from '../../../dashboard/kit/scale.js';
import { compact } from './numbers.js';
import { nearestLine, ordered } from './panel.js';

const ROOM = 118; // px that an axis takes at least
const FEW = 6; // different values up to which each has a mark of its own
const LETTERS = 12; // of a mark
const LETTER = 6; // px, about

/** The figure. `left` is how many columns have no room in it. */
export function parallel(box, show) {
  const { runs, style } = show;
  const panel = { right: box.width - 40, top: 34, bottom: box.height - 20 };
  const all = varied(runs, show.columns);
  const [first] = show.columns; // the model: it has its axis whenever there are two
  const most = Math.max(1, Math.floor(box.width / ROOM) - 1);
  const names = new Set([...all.filter((column) => column === first), ...all].slice(0, most));
  const axes = [
    ...show.columns.filter((column) => names.has(column)).map((column) => scaled(runs.map((run) => column.value(run)), column, panel)),
    scaled(runs.map((run) => (run.accuracy === null ? null : 100 * run.accuracy)), { title: 'accuracy', always: true, unit: ' %' }, panel),
  ];
  const start = 10 + LETTER * Math.max(4, ...axes[0].marks.map(([, words]) => words.length)); // the first axis has its marks before it
  const step = (panel.right - start) / Math.max(1, axes.length - 1);
  const at = (i) => (axes.length > 1 ? start + i * step : panel.right);
  const lines = new Map(runs.map((run, k) => [run, axes.flatMap(({ places }, i) => [at(i), places[k]])]));
  const one = (pen, run, look) => lines.has(run) && pen.line(lines.get(run), look);
  return {
    one,
    left: all.length - names.size,
    base(pen) {
      for (const [run, look] of ordered(show)) one(pen, run, look);
      axes.forEach((marked, i) => drawAxis(pen, marked, { x: at(i), first: i === 0, last: i === axes.length - 1 }, panel, style));
    },
    nearest: (px, py) => nearestLine(lines, px, py),
  };
}

function drawAxis(pen, { title, marks }, { x, first, last }, panel, style) {
  pen.line([x, panel.top, x, panel.bottom], { color: style.axis, width: 1.2 });
  const name = first ? { x: 4, anchor: 'start' } : last ? { x: x + 38, anchor: 'end' } : { x, anchor: 'middle' };
  pen.text(name.x, 10, title, { color: style.text, size: 12, anchor: name.anchor, weight: 600 });
  const side = last ? { x: x + 5, anchor: 'start' } : { x: x - 5, anchor: 'end' };
  for (const [y, words] of marks) {
    pen.text(side.x, y, words, { color: style.soft, size: 11, anchor: side.anchor, halo: style.background });
  }
}

/** The columns in which runs differ, those that divide them most evenly first (by entropy): one that all but one share says little. */
export function varied(runs, columns) {
  const spread = (column) => {
    const counts = new Map();
    for (const run of runs) counts.set(column.value(run), (counts.get(column.value(run)) ?? 0) + 1);
    return [...counts.values()].reduce((sum, count) => sum - (count / runs.length) * Math.log(count / runs.length), 0);
  };
  const spreads = columns.map((column) => [column, spread(column)]).filter(([, entropy]) => entropy > 0);
  return spreads.sort((a, b) => b[1] - a[1]).map(([column]) => column);
}

/** An axis: where each run's value lies, and its marks [y, words]. What a model does not have lies at the foot. */
export function scaled(values, { title, scale: kind, always, unit = '' }, panel) {
  const present = [...new Set(values.filter((value) => value !== null && value !== undefined))];
  const numeric = present.every((value) => typeof value === 'number');
  present.sort(numeric ? (a, b) => a - b : (a, b) => String(a).localeCompare(String(b)));
  const foot = present.length < new Set(values).size ? panel.bottom - 4 : null;
  const ends = [foot === null ? panel.bottom - 4 : panel.bottom - 22, panel.top + 4];
  const rest = foot === null ? [] : [[foot, '–']];
  const one = !always && (!numeric || present.length <= FEW) ? listed(present, ends) : ruled(present, ends, kind, unit);
  return { title, places: values.map((value) => one.place(value) ?? foot), marks: [...one.marks, ...rest] };
}

// A mark for each value, evenly.
function listed(sorted, [bottom, top]) {
  const gap = (bottom - top) / Math.max(1, sorted.length - 1);
  const middle = (bottom + top - 4) / 2;
  const places = new Map(sorted.map((value, i) => [value, sorted.length > 1 ? bottom - i * gap : middle]));
  const thin = Math.ceil(sorted.length / 9);
  const marks = sorted.filter((_, i) => i % thin === 0).map((value) => [places.get(value), mark(value)]);
  return { place: (value) => places.get(value), marks };
}

const mark = (value) => {
  if (typeof value === 'number') return compact(value);
  const words = { true: 'yes', false: 'no' }[value] ?? String(value);
  return words.length > LETTERS ? `${words.slice(0, LETTERS - 1)}…` : words;
};

// A scale of numbers, marked at both ends and between them.
function ruled(sorted, [bottom, top], kind, unit) {
  const up = axis(sorted, bottom, top, { log: kind === 'log' && sorted[0] > 0, pad: 0, most: 4 });
  const ends = sorted.length ? [sorted[0], sorted.at(-1)] : [];
  const middle = up.ticks.filter((tick) => ends.every((end) => Math.abs(up.place(tick) - up.place(end)) > 16));
  return {
    place: (value) => (typeof value === 'number' ? up.place(value) : undefined),
    marks: [...new Set([...ends, ...middle])].map((tick) => [up.place(tick), `${short(tick, sorted)}${unit}`]),
  };
}

// Whole numbers are enough where they tell the ends apart: 48, not 47.74.
function short(value, sorted) {
  const wide = sorted.at(-1) - sorted[0];
  return wide >= 5 ? compact(Math.round(value)) : compact(Number(value.toPrecision(3)));
}
