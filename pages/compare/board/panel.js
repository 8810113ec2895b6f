// What the figures share. Each takes a box of pixels and what is to be shown, and gives { base(pen), one(pen, run, look), nearest(x, y) }:
// the whole picture, one run over it, and the run at a place. So a hover redraws one run, and never the picture. Pure.
import { compact } from './numbers.js';

export const NEAR = 26; // px from a run at which the pointer still means it
export const QUIET = { width: 1, alpha: 0.28 }; // of runs beside selected ones

/** A number that may be unknown. */
export const known = (value) => (value === null ? NaN : value);

/** Runs with their looks, the quiet ones first, so that the others lie above them. */
export const ordered = ({ runs, look }) => runs.map((run) => [run, look(run)]).sort((a, b) => a[1].rank - b[1].rank);

/** The run whose line is nearest to a place, if one is near. */
export function nearestLine(lines, x, y) {
  let [best, closest] = [null, NEAR];
  for (const [run, line] of lines) {
    const away = distance(line, x, y);
    if (away < closest) [best, closest] = [run, away];
  }
  return best;
}

// How far a place lies from a line, in pixels: above or below it, or from its nearest end.
function distance(line, px, py) {
  let nearest = Infinity;
  for (let i = 0; i < line.length; i += 2) {
    const x = line[i];
    const y = line[i + 1];
    const u = line[i + 2];
    const across = x <= px && px <= u;
    if (!across && Math.abs(x - px) > nearest) continue;
    nearest = Math.min(nearest, across ? Math.abs(y + ((px - x) / (u - x || 1)) * (line[i + 3] - y) - py) : Math.hypot(x - px, y - py));
  }
  return nearest;
}

/** Grid, ticks and titles of a panel. The title of the vertical axis stands level above it. */
export function drawFrame(pen, panel, across, up, style, { title, bottom, labels = true }) {
  const soft = { color: style.soft, size: 11 };
  for (const tick of up.ticks) {
    pen.line([panel.left, up.place(tick), panel.right, up.place(tick)], { color: style.grid });
    if (labels) pen.text(panel.left - 6, up.place(tick), compact(tick), { ...soft, anchor: 'end' });
  }
  for (const tick of across.ticks) {
    pen.line([across.place(tick), panel.bottom, across.place(tick), panel.bottom + 4], { color: style.axis });
    pen.text(across.place(tick), panel.bottom + 12, compact(tick), { ...soft, anchor: 'middle' });
  }
  pen.line([panel.left, panel.top, panel.left, panel.bottom, panel.right, panel.bottom], { color: style.axis });
  if (title) pen.text(2, 10, title, { color: style.text, size: 12.5 });
  pen.text((panel.left + panel.right) / 2, panel.bottom + 28, bottom, { color: style.text, anchor: 'middle' });
}
