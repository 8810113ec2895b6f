// One unit over time: a line a part of the cell, and dashed those of the run before.

import { canvasOf } from './canvas.js';

import { number } from './formulas.js';

const HEIGHT = 118; // px
const EDGE = { left: 24, right: 6, top: 18, bottom: 14 }; // px

export function drawLines(board, canvas, width) {
  const { T, j, colors, ghost, font } = board;
  const { parts } = board.kind;
  const context = canvasOf(canvas, width, HEIGHT);
  const all = parts.flatMap(({ field }) => Array.from({ length: T }, (_, t) => board.at(field, t, j)));
  const [low, high] = [Math.min(-1, ...all), Math.max(1, ...all)];
  const x = (t) => EDGE.left + ((width - EDGE.left - EDGE.right) * (t + 0.5)) / T;
  const y = (value) => EDGE.top + ((HEIGHT - EDGE.top - EDGE.bottom) * (high - value)) / (high - low);
  axes(context, { T, colors, font, width, low, high, x, y });
  context.fillRect(x(board.t), EDGE.top - 4, 1, HEIGHT - EDGE.top - EDGE.bottom + 6);
  const line = (arrays, field) => {
    context.beginPath();
    for (let t = 0; t < T; t += 1) context[t ? 'lineTo' : 'moveTo'](x(t), y(board.at(field, t, j, arrays)));
    if (T === 1) context.arc(x(0), y(board.at(field, 0, j, arrays)), 2.5, 0, 7);
    context.stroke();
  };
  parts.forEach(({ letter, field }, n) => {
    Object.assign(context, { strokeStyle: colors[letter], lineWidth: n === board.lit ? 2.6 : 1.3, fillStyle: colors[letter], font: `600 11px ${font}` });
    if (ghost) {
      context.setLineDash([3, 3]);
      context.globalAlpha = 0.6;
      line(ghost, field);
      context.setLineDash([]);
      context.globalAlpha = 1;
    }
    line(board.arrays, field);
    context.fillText(letter, 44 + 15 * n, 6);
  });
  Object.assign(context, { font: `10px ${font}`, fillStyle: colors.ink });
  context.fillText(`unit ${j + 1}:`, 0, 6);
  if (ghost) context.fillText('dashed: before', 50 + 15 * parts.length, 6);
  canvas.setAttribute('aria-label', `Unit ${j + 1} over ${T} steps: ${parts.map(({ name }) => name).join(', ')}${ghost ? '; dashed, the run before' : ''}`);
}

function axes(context, { T, colors, font, width, low, high, x, y }) {
  Object.assign(context, { font: `10px ${font}`, fillStyle: colors.ink, textBaseline: 'middle', textAlign: 'right' });
  for (const tick of [low, 0, high].filter((value) => !value || Math.abs(y(value) - y(0)) > 9)) {
    context.fillText(number(tick, Number.isInteger(tick) ? 0 : 1), EDGE.left - 4, y(tick));
    context.globalAlpha = 0.2;
    context.fillRect(EDGE.left, y(tick), width - EDGE.left - EDGE.right, 1);
    context.globalAlpha = 1;
  }
  context.textAlign = 'center';
  for (const t of new Set([0, T - 1])) context.fillText(t + 1, x(t), HEIGHT - 5);
  context.fillText('step t', (x(0) + x(T - 1)) / 2, HEIGHT - (T === 1 ? 16 : 5));
  context.textAlign = 'left';
}
