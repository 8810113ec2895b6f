// Accuracy of all runs against what it costs: time, and parameters. Pure.
import { axis, greatest, least } from '../../../dashboard/kit/scale.js';
import { drawFrame, known, NEAR, ordered } from './panel.js';

/** The figure. */
export function scatter(box, show) {
  const { runs, style } = show;
  const measured = runs.filter((run) => run.accuracy !== null);
  const middle = 40 + (box.width - 50) / 2;
  const sides = { top: 26, bottom: box.height - 38 };
  const panels = [
    { left: 40, right: middle - 8, ...sides, of: (run) => known(run.seconds), title: 'seconds of training' },
    { left: middle + 8, right: box.width - 10, ...sides, of: (run) => known(run.parameters), title: 'parameters' },
  ];
  const up = axis(measured.flatMap((run) => [100 * run.low, 100 * run.high]), sides.bottom, sides.top);
  const axes = panels.map(({ of, left, right }) => {
    const values = measured.map(of).filter(Number.isFinite);
    return axis(values, left, right, { log: least(values) > 0 && greatest(values) > 15 * least(values), pad: 0.08, most: 4 });
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
        drawFrame(pen, panel, axes[i], up, style, words);
      });
      for (const [run, look] of ordered(show)) one(pen, run, look);
    },
    nearest(px, py) {
      let [best, closest] = [null, NEAR];
      for (const run of measured) {
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
