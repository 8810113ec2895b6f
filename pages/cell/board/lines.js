// One unit over time: a line a part of the cell, and dashed those of the run before.
import { fitted } from '../../../dashboard/kit/canvas.js';
import { greatest, least } from '../../../dashboard/kit/scale.js';
import { number } from '../../../dashboard/kit/text.js';

const HEIGHT = 118; // px
const EDGE = { left: 24, right: 6, top: 18, bottom: 14 }; // px

export function drawLines(board, canvas, width) {
  const { j, colors, ghost, font, reading } = board;
  const { T, kind: { parts } } = reading;
  const pen = fitted(canvas, width, HEIGHT);
  const all = parts.flatMap(({ field }) => Array.from({ length: T }, (_, t) => reading.at(field, t, j)));
  const [low, high] = [Math.min(-1, least(all)), Math.max(1, greatest(all))];
  const x = (t) => EDGE.left + ((width - EDGE.left - EDGE.right) * (t + 0.5)) / T;
  const y = (value) => EDGE.top + ((HEIGHT - EDGE.top - EDGE.bottom) * (high - value)) / (high - low);
  axes(pen, { T, colors, font, width, low, high, x, y });
  pen.fillRect(x(board.t), EDGE.top - 4, 1, HEIGHT - EDGE.top - EDGE.bottom + 6);
  const line = (arrays, field) => {
    pen.beginPath();
    for (let t = 0; t < T; t += 1) pen[t ? 'lineTo' : 'moveTo'](x(t), y(reading.at(field, t, j, arrays)));
    if (T === 1) pen.arc(x(0), y(reading.at(field, 0, j, arrays)), 2.5, 0, 7);
    pen.stroke();
  };
  parts.forEach(({ letter, field }, n) => {
    Object.assign(pen, {
      strokeStyle: colors[letter],
      lineWidth: n === board.lit ? 2.6 : 1.3,
      fillStyle: colors[letter],
      font: `600 11px ${font}`,
    });
    if (ghost) {
      pen.setLineDash([3, 3]);
      pen.globalAlpha = 0.6;
      line(ghost, field);
      pen.setLineDash([]);
      pen.globalAlpha = 1;
    }
    line(reading.arrays, field);
    pen.fillText(letter, 44 + 15 * n, 6);
  });
  Object.assign(pen, { font: `10px ${font}`, fillStyle: colors.ink });
  pen.fillText(`unit ${j + 1}:`, 0, 6);
  if (ghost) pen.fillText('dashed: before', 50 + 15 * parts.length, 6);
  const names = parts.map(({ name }) => name).join(', ');
  canvas.setAttribute('aria-label', `Unit ${j + 1} over ${T} steps: ${names}${ghost ? '; dashed, the run before' : ''}`);
}

function axes(pen, { T, colors, font, width, low, high, x, y }) {
  Object.assign(pen, { font: `10px ${font}`, fillStyle: colors.ink, textBaseline: 'middle', textAlign: 'right' });
  for (const tick of [low, 0, high].filter((value) => !value || Math.abs(y(value) - y(0)) > 9)) {
    pen.fillText(number(tick, Number.isInteger(tick) ? 0 : 1), EDGE.left - 4, y(tick));
    pen.globalAlpha = 0.2;
    pen.fillRect(EDGE.left, y(tick), width - EDGE.left - EDGE.right, 1);
    pen.globalAlpha = 1;
  }
  pen.textAlign = 'center';
  for (const t of new Set([0, T - 1])) pen.fillText(t + 1, x(t), HEIGHT - 5);
  pen.fillText('step t', (x(0) + x(T - 1)) / 2, HEIGHT - (T === 1 ? 16 : 5));
  pen.textAlign = 'left';
}
