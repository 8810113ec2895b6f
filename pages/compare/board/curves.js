// Curves of all runs over epochs, steps or time. Pure.
import { axis } from '../../../dashboard/kit/scale.js';
import { smooth } from '../../../dashboard/kit/smooth.js';
import { drawFrame, known, nearestLine, ordered } from './panel.js';

export const Y = {
  val_top1: { title: 'validation accuracy (%)', row: 6, percent: true },
  val_loss: { title: 'validation loss', row: 5 },
  train_top1: { title: 'training accuracy (%)', row: 4, curve: 'top1', percent: true },
  train_loss: { title: 'training loss', row: 3, curve: 'loss' },
};
export const X = { epoch: 'epoch', step: 'optimiser step', time: 'time since the start (s)' };
const FEW = 80; // numbers of a line whose points are seen one by one

/** What the curves are of. A training loss with smoothed labels is no loss like the others: of runs that kept no other it is said. */
export function titleOf(y, runs) {
  const smoothed = y === 'train_loss' ? runs.filter((run) => run.minimised).length : 0;
  return smoothed ? `${Y[y].title} (of ${smoothed} of ${runs.length} runs as minimised, with smoothed labels)` : Y[y].title;
}

/** The points of a run, {xs, ys}: a row an epoch, or the training curve; what is not known is NaN. */
export function series(run, x, y) {
  const { row, curve, percent } = Y[y];
  const sized = (value) => known(value) * (percent ? 100 : 1);
  if (curve && run.curve.n) {
    const { n, size, stride } = run.curve;
    const ys = run.curve[curve].map(sized);
    const steps = ys.map((_, i) => ((i * size + Math.min(n, (i + 1) * size)) / 2) * stride);
    return { xs: steps.map((step) => along(run, x, step)), ys };
  }
  const middle = curve ? 0.5 : 0; // the mean over an epoch belongs to the epoch's middle
  return {
    xs: run.rows.map(([, step]) => along(run, x, step - middle * run.steps_per_epoch)),
    ys: run.rows.map((epoch) => sized(epoch[row])),
  };
}

// Where a step lies on the x axis. Time is known at the epochs' ends and goes evenly between them.
function along(run, x, step) {
  if (x === 'step') return step;
  if (x === 'epoch') return run.steps_per_epoch ? step / run.steps_per_epoch : NaN;
  const after = run.rows.findIndex((row) => row[1] >= step);
  const last = after < 0 ? run.rows.length - 1 : after;
  if (last < 0) return NaN;
  const [[, from, start], [, to, end]] = [last ? run.rows[last - 1] : [0, 0, 0], run.rows[last]];
  return known(start) + ((step - from) / (to - from)) * (known(end) - known(start));
}

/** The figure. */
export function curves(box, show) {
  const { runs, x, y, style } = show;
  const trained = Boolean(Y[y].curve);
  const panel = { left: 46, top: 26, right: box.width - 10, bottom: box.height - 38 };
  const measured = new Map(runs.map((run) => [run, series(run, x, y)]));
  const drawn = new Map([...measured].map(([run, { ys }]) => [run, trained ? smooth(ys, show.smooth) : ys]));
  const all = [...drawn.values()].flat().filter(Number.isFinite);
  const xs = [...measured.values()].flatMap((points) => points.xs);
  const across = axis([0, ...xs], panel.left, panel.right, { pad: 0.015, range: show.zoom?.x });
  const up = axis(withoutOutliers(all, Y[y].percent), panel.bottom, panel.top, { range: show.zoom?.y });
  const pixels = (run, ys) => measured.get(run).xs.flatMap((value, i) => [across.place(value), up.place(ys[i])]);
  const lines = new Map(runs.map((run) => [run, pixels(run, drawn.get(run))]));
  const one = (pen, run, look) => {
    const line = lines.get(run);
    if (!line) return;
    pen.inside(panel, () => {
      if (look.raw && trained) pen.line(pixels(run, measured.get(run).ys), { ...look, width: 1, alpha: 0.35 });
      pen.line(line, look);
      const dotted = line.length === 2 || (line.length <= FEW && !trained && look.width > 1.5);
      if (dotted) { for (let i = 0; i < line.length; i += 2) pen.dot(line[i], line[i + 1], 1.2 + look.width, look); }
    });
  };
  return {
    panel,
    across,
    up,
    one,
    base(pen) {
      drawFrame(pen, panel, across, up, style, { title: titleOf(y, runs), bottom: X[x] });
      for (const [run, look] of ordered(show)) one(pen, run, look);
    },
    nearest: (px, py) => nearestLine(lines, px, py),
  };
}

/** A loss that ran away would flatten all others: what lies far above the rest stays outside. */
export function withoutOutliers(values, percent) {
  if (percent || values.length < 20) return values;
  const sorted = [...values].sort((a, b) => a - b);
  const high = sorted[Math.floor(0.99 * (sorted.length - 1))];
  return values.filter((value) => value <= high + 0.5 * (high - sorted[0]));
}
