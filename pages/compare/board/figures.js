// The three figures of the board. Each takes a box of pixels and what is to be shown, and gives { base(pen), one(pen, run, look), nearest(x, y) }:
// the whole picture, one run over it, and the run at a place. So a hover redraws one run, and never the picture.

import { greatest, least, scale, short } from './scales.js';

export const Y = {
  val_top1: { title: 'validation accuracy (%)', row: 6, percent: true },
  val_loss: { title: 'validation loss', row: 5 },
  train_top1: { title: 'training accuracy (%)', row: 4, curve: 'top1', percent: true },
  train_loss: { title: 'training loss', row: 3, curve: 'loss' },
};

// What the curves are of. A training loss with smoothed labels is no loss like the others: of runs that kept no other it is said.
export function titleOf(y, runs) {
  const smoothed = y === 'train_loss' ? runs.filter((run) => run.minimised).length : 0;
  return smoothed ? `${Y[y].title} (of ${smoothed} of ${runs.length} runs as minimised, with smoothed labels)` : Y[y].title;
}

export const X = { epoch: { title: 'epoch' }, step: { title: 'optimiser step' }, time: { title: 'time since the start (s)' } };
const NEAR = 26; // px from a run at which the pointer still means it
const QUIET = { width: 1, alpha: 0.28 }; // of runs beside selected ones

const number = (value) => (value === null ? NaN : value);

// ---- curves ----------------------------------------------------------------------------------------------------------------------------

// The points of a run, {xs, ys}: a row an epoch, or the training curve; what is not known is NaN.
export function series(run, x, y) {
  const { row, curve, percent } = Y[y];
  const sized = (value) => number(value) * (percent ? 100 : 1);
  if (curve && run.curve.n) {
    const { n, size, stride } = run.curve;
    const ys = run.curve[curve].map(sized);
    const steps = ys.map((_, i) => ((i * size + Math.min(n, (i + 1) * size)) / 2) * stride);
    return { xs: steps.map((step) => along(run, x, step)), ys };
  }
  const middle = curve ? 0.5 : 0; // the mean over an epoch belongs to the epoch's middle
  return { xs: run.rows.map((found) => along(run, x, found[1] - middle * run.steps_per_epoch)), ys: run.rows.map((found) => sized(found[row])) };
}

// Where a step lies on the x axis. Time is known at the epochs' ends and goes evenly between them.
function along(run, x, step) {
  if (x === 'step') return step;
  if (x === 'epoch') return run.steps_per_epoch ? step / run.steps_per_epoch : NaN;
  const after = run.rows.findIndex((row) => row[1] >= step);
  const last = after < 0 ? run.rows.length - 1 : after;
  if (last < 0) return NaN;
  const [[, from, start], [, to, end]] = [last ? run.rows[last - 1] : [0, 0, 0], run.rows[last]];
  return number(start) + ((step - from) / (to - from)) * (number(end) - number(start));
}

// Exponential moving average with weight `s` for the past, free of the bias to its start (Kingma & Ba, 2015).
export function smooth(values, s) {
  let [mean, weight] = [0, 0];
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    [mean, weight] = [s * mean + (1 - s) * value, s * weight + (1 - s)];
    return mean / weight;
  });
}

export function curves(box, show) {
  const { runs, x, y, style } = show;
  const panel = { left: 46, top: 26, right: box.width - 10, bottom: box.height - 38 };
  const found = new Map(runs.map((run) => [run, series(run, x, y)]));
  const drawn = new Map([...found].map(([run, { xs, ys }]) => [run, Y[y].curve ? smooth(ys, show.smooth) : ys.map(number)]));
  const all = [...drawn.values()].flat().filter(Number.isFinite);
  const zoom = show.zoom ?? {};
  const across = scale([0, ...[...found.values()].flatMap(({ xs }) => xs)], panel.left, panel.right, { pad: 0.015, range: zoom.x });
  const up = scale(withoutOutliers(all, Y[y].percent), panel.bottom, panel.top, { range: zoom.y });
  const pixels = (xs, ys) => xs.flatMap((value, i) => [across.place(value), up.place(ys[i])]);
  const lines = new Map(runs.map((run) => [run, pixels(found.get(run).xs, drawn.get(run))]));
  const one = (pen, run, look) => {
    const line = lines.get(run);
    if (!line) return;
    pen.inside(panel, () => {
      if (look.raw && Y[y].curve) pen.line(pixels(found.get(run).xs, found.get(run).ys), { ...look, width: 1, alpha: 0.35 });
      pen.line(line, look);
      const few = line.length <= 80 && !Y[y].curve;
      if (line.length === 2 || (few && look.width > 1.5)) for (let i = 0; i < line.length; i += 2) pen.dot(line[i], line[i + 1], 1.2 + look.width, look);
    });
  };
  return {
    panel,
    across,
    up,
    one,
    base(pen) {
      frame(pen, panel, across, up, style, { title: titleOf(y, runs), bottom: X[x].title });
      for (const [run, look] of ordered(show)) one(pen, run, look);
    },
    nearest(px, py) {
      let [best, closest] = [null, NEAR];
      for (const [run, line] of lines) {
        const away = distance(line, px, py);
        if (away < closest) [best, closest] = [run, away];
      }
      return best;
    },
  };
}

// A loss that ran away would flatten all others: what lies far above the rest stays outside.
function withoutOutliers(values, percent) {
  if (percent || values.length < 20) return values;
  const sorted = [...values].sort((a, b) => a - b);
  const high = sorted[Math.floor(0.99 * (sorted.length - 1))];
  return values.filter((value) => value <= high + 0.5 * (high - sorted[0]));
}

// How far a place lies from a line, in pixels: above or below it, or from its nearest end.
function distance(line, px, py) {
  let found = Infinity;
  for (let i = 0; i < line.length; i += 2) {
    const x = line[i];
    const y = line[i + 1];
    const u = line[i + 2];
    const across = x <= px && px <= u;
    if (!across && Math.abs(x - px) > found) continue;
    found = Math.min(found, across ? Math.abs(y + ((px - x) / (u - x || 1)) * (line[i + 3] - y) - py) : Math.hypot(x - px, y - py));
  }
  return found;
}

// Runs with their looks, the quiet ones first, so that the others lie above them.
function ordered({ runs, look }) {
  return runs.map((run) => [run, look(run)]).sort((a, b) => a[1].rank - b[1].rank);
}

// Grid, ticks and titles of a panel. The title of the vertical axis stands level above it.
function frame(pen, panel, across, up, style, { title, bottom, labels = true }) {
  const grid = { color: style.grid };
  const soft = { color: style.soft, size: 11 };
  for (const tick of up.ticks) {
    pen.line([panel.left, up.place(tick), panel.right, up.place(tick)], grid);
    if (labels) pen.text(panel.left - 6, up.place(tick), short(tick), { ...soft, anchor: 'end' });
  }
  for (const tick of across.ticks) {
    pen.line([across.place(tick), panel.bottom, across.place(tick), panel.bottom + 4], { color: style.axis });
    pen.text(across.place(tick), panel.bottom + 12, short(tick), { ...soft, anchor: 'middle' });
  }
  pen.line([panel.left, panel.top, panel.left, panel.bottom, panel.right, panel.bottom], { color: style.axis });
  if (title) pen.text(2, 10, title, { color: style.text, size: 12.5 });
  pen.text((panel.left + panel.right) / 2, panel.bottom + 28, bottom, { color: style.text, anchor: 'middle' });
}

// ---- accuracy against what it costs ----------------------------------------------------------------------------------------------------

export function scatter(box, show) {
  const { runs, style } = show;
  const known = runs.filter((run) => run.accuracy !== null);
  const middle = 40 + (box.width - 50) / 2;
  const sides = { top: 26, bottom: box.height - 38 };
  const panels = [
    { left: 40, right: middle - 8, ...sides, of: (run) => number(run.seconds), title: 'seconds of training' },
    { left: middle + 8, right: box.width - 10, ...sides, of: (run) => number(run.parameters), title: 'parameters' },
  ];
  const up = scale(known.flatMap((run) => [100 * run.low, 100 * run.high]), sides.bottom, sides.top);
  const axes = panels.map(({ of, left, right }) => {
    const values = known.map(of).filter(Number.isFinite);
    return scale(values, left, right, { log: least(values) > 0 && greatest(values) > 15 * least(values), pad: 0.08, most: 4 });
  });
  const place = (run, i) => [axes[i].place(panels[i].of(run)), up.place(100 * run.accuracy)];
  const one = (pen, run, look) => {
    if (run.accuracy === null) return;
    panels.forEach((_, i) => {
      const [x, y] = place(run, i);
      if (!Number.isFinite(x)) return;
      pen.line([x, up.place(100 * run.low), x, up.place(100 * run.high)], { ...look, dash: [], width: Math.max(1, look.width - 1) });
      pen.dot(x, y, 2.6 + look.width, { ...look, alpha: Math.min(1, 2 * (look.alpha ?? 1)) });
    });
  };
  return {
    one,
    base(pen) {
      panels.forEach((panel, i) => {
        const words = { title: i ? '' : 'best validation accuracy (%), 95 % interval', bottom: panel.title, labels: !i };
        frame(pen, panel, axes[i], up, style, words);
      });
      for (const [run, look] of ordered(show)) one(pen, run, look);
    },
    nearest(px, py) {
      let [best, closest] = [null, NEAR];
      for (const run of known) {
        for (const i of [0, 1]) {
          const [x, y] = place(run, i);
          const away = Math.hypot(x - px, y - py);
          if (away < closest) [best, closest] = [run, away];
        }
      }
      return best;
    },
  };
}

// ---- parallel coordinates --------------------------------------------------------------------------------------------------------------

export function parallel(box, show) {
  const { runs, style } = show;
  const panel = { left: 34, right: box.width - 40, top: 34, bottom: box.height - 20 };
  const all = varied(runs, show.columns);
  const [first] = show.columns; // the model: it has its axis whenever there are two
  const names = [...new Set([...all.filter((column) => column === first), ...all])].slice(0, Math.max(1, Math.floor(box.width / 118) - 1));
  const axes = [
    ...show.columns.filter((column) => names.includes(column)).map((column) => axis(runs.map((run) => column.value(run)), column, panel)),
    axis(runs.map((run) => (run.accuracy === null ? null : 100 * run.accuracy)), { title: 'accuracy (%)', always: true }, panel),
  ];
  const step = (panel.right - panel.left) / Math.max(1, axes.length - 1);
  const at = (i) => (axes.length > 1 ? panel.left + i * step : panel.right);
  const lines = new Map(runs.map((run, k) => [run, axes.flatMap(({ places }, i) => [at(i), places[k]])]));
  const one = (pen, run, look) => lines.has(run) && pen.line(lines.get(run), look);
  return {
    one,
    left: all.length - names.length,
    base(pen) {
      for (const [run, look] of ordered(show)) one(pen, run, look);
      axes.forEach(({ title, marks }, i) => {
        pen.line([at(i), panel.top, at(i), panel.bottom], { color: style.axis, width: 1.2 });
        const anchor = i === 0 ? 'start' : i === axes.length - 1 ? 'end' : 'middle';
        const edge = i === 0 ? -30 : i === axes.length - 1 ? 38 : 0;
        pen.text(at(i) + edge, 10, title, { color: style.text, size: 12, anchor, weight: 600 });
        const side = i === axes.length - 1 ? { x: 5, anchor: 'start' } : { x: -5, anchor: 'end' };
        for (const [y, words] of marks) pen.text(at(i) + side.x, y, words, { color: style.soft, size: 11, anchor: side.anchor, halo: style.background });
      });
    },
    nearest(px, py) {
      let [best, closest] = [null, NEAR];
      for (const [run, line] of lines) {
        const away = distance(line, px, py);
        if (away < closest) [best, closest] = [run, away];
      }
      return best;
    },
  };
}

// The columns in which runs differ, those that divide them most evenly first (by entropy): one that all but one share says little.
export function varied(runs, columns) {
  const spread = (column) => {
    const counts = new Map();
    for (const run of runs) counts.set(column.value(run), (counts.get(column.value(run)) ?? 0) + 1);
    return [...counts.values()].reduce((sum, count) => sum - (count / runs.length) * Math.log(count / runs.length), 0);
  };
  return columns.map((column) => [column, spread(column)]).filter(([, s]) => s > 0).sort((a, b) => b[1] - a[1]).map(([column]) => column);
}

const FEW = 6; // different values up to which each has a mark of its own

// An axis: where each run's value lies, and its marks [y, words]. What a model does not have lies at the foot.
function axis(values, { title, scale: kind, always }, panel) {
  const there = [...new Set(values.filter((value) => value !== null && value !== undefined))];
  const numeric = there.every((value) => typeof value === 'number');
  const foot = there.length < new Set(values).size ? panel.bottom - 4 : null;
  const bottom = foot === null ? panel.bottom - 4 : panel.bottom - 22;
  const sorted = numeric ? there.sort((a, b) => a - b) : there.sort((a, b) => String(a).localeCompare(String(b)));
  const rest = foot === null ? [] : [[foot, '–']];
  if (!always && (!numeric || sorted.length <= FEW)) {
    const gap = (bottom - panel.top - 4) / Math.max(1, sorted.length - 1);
    const places = new Map(sorted.map((value, i) => [value, sorted.length > 1 ? bottom - i * gap : (bottom + panel.top) / 2]));
    const words = (value) => (typeof value === 'number' ? short(value) : ({ true: 'yes', false: 'no' }[value] ?? String(value).slice(0, 12)));
    const thin = Math.ceil(sorted.length / 9);
    return { title, places: values.map((value) => places.get(value) ?? foot), marks: [...sorted.filter((_, i) => i % thin === 0).map((v) => [places.get(v), words(v)]), ...rest] };
  }
  const up = scale(sorted, bottom, panel.top + 4, { log: kind === 'log' && sorted[0] > 0, pad: 0, most: 4 });
  const ends = sorted.length ? [sorted[0], sorted.at(-1)] : [];
  const middle = up.ticks.filter((tick) => ends.every((end) => Math.abs(up.place(tick) - up.place(end)) > 16));
  return {
    title,
    places: values.map((value) => (typeof value === 'number' ? up.place(value) : foot)),
    marks: [...[...new Set([...ends, ...middle])].map((tick) => [up.place(tick), short(tick)]), ...rest],
  };
}

export { QUIET };
