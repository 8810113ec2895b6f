// Where the cells of a matrix lie on its canvas, in px. Pure.
import { clamp } from '../../../dashboard/kit/keys.js';
import { SHAPES, SPLIT_COLUMNS, SPLIT_ROWS } from './matrices.js';

export const STRIP = 13; // px above (T, T) matrices for the names of the keys
const FLAT = { height: 92, tallest: 18 }; // px of the matrices with C columns, and of a row of theirs
const SQUARE = { largest: 30, smallest: 4 }; // px of a cell of the (T, T) matrices
const GAP = 3; // px between two heads

// The edges of rows and columns, [from, to] each, of a matrix that has `room` px across.
export function layOut({ D, heads, ...all }, matrix, room) {
  const [rows, columns] = [...SHAPES[matrix]].map((letter) => all[letter]);
  const square = SHAPES[matrix] === 'TT';
  const [across, down] = [SPLIT_COLUMNS, SPLIT_ROWS].map((split) => (split.has(matrix) ? heads - 1 : 0)); // gaps
  const side = clamp(Math.floor(room / columns), SQUARE.smallest, SQUARE.largest);
  const wide = square ? side * columns : Math.min(room, FLAT.tallest * 1.7 * columns + GAP * across) - GAP * across;
  const tall = square ? side * rows : Math.min(FLAT.height - GAP * down, rows * FLAT.tallest);
  const edges = (count, length, gaps, from = 0) =>
    Array.from({ length: count }, (_, n) => {
      const gap = gaps ? GAP * Math.floor(n / D) : 0;
      return [n, n + 1].map((edge) => from + gap + Math.round((edge * length) / count));
    });
  const made = { columns: edges(columns, wide, across), rows: edges(rows, tall, down, square ? STRIP : 0) };
  return { ...made, width: made.columns.at(-1)[1], height: made.rows.at(-1)[1] };
}

// The parts of a matrix, one a head where it is split.
export function bands({ columns, rows, width, height }, D) {
  const split = (edges) => edges.some(([from], n) => n && from !== edges[n - 1][1]);
  const cut = (edges) => Array.from({ length: edges.length / D }, (_, n) => [edges[n * D][0], edges[(n + 1) * D - 1][1]]);
  if (split(columns)) return cut(columns).map(([from, to]) => ({ x: from, y: 0, width: to - from, height }));
  if (split(rows)) return cut(rows).map(([from, to]) => ({ x: 0, y: from, width, height: to - from }));
  return [{ x: 0, y: rows[0][0], width, height: height - rows[0][0] }];
}
