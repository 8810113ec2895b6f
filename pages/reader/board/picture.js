// The picture on its canvas: what has been read, and on which way.
import { enlarge, penOf, sheet } from '../../../dashboard/kit/canvas.js';
import { clamp } from '../../../dashboard/kit/keys.js';
import { framePatch, middle, patchOf } from '../../../dashboard/kit/patches.js';
import { pale, pixels, SIDE } from '../../../dashboard/kit/picture.js';
import { WHITE } from '../../../dashboard/kit/theme.js';

// A jump is a thin line; what lies side by side is a light line with a dark edge.
const LINES = [
  { line: 1, color: 'rgba(255, 255, 255, 0.4)', jumps: true },
  { line: 3, color: 'rgba(0, 0, 0, 0.35)', jumps: false },
  { line: 1.5, color: 'rgba(255, 255, 255, 0.75)', jumps: false },
];

// What has been read as it is, the rest in pale grey, and the way of reading through the middles of the patches. `read` are the patches in
// the order in which they were read; `both` marks where each direction is, in the colors `run` and `wrong`.
export function paint(canvas, picture, read, patch, { both, run, wrong }) {
  const seen = new Set(read);
  const pen = penOf(canvas);
  enlarge(pen, sheet(pixels(picture, (color, pixel) => (seen.has(patchOf(pixel, patch)) ? color : pale(color))), SIDE), canvas.width);
  if (!read.length) return;
  const side = SIDE / patch;
  const size = canvas.width / side;
  route(pen, read, side, size);
  const outline = (index, color) => framePatch(pen, index, side, size, color, { line: 3.5, edge: 2.5 });
  const [first, last] = [read[0], read.at(-1)];
  outline(last, run);
  if (!both) return;
  if (last !== first) outline(first, wrong);
  const name = (index, text, color) => {
    const [x, y] = middle(index, side, size);
    Object.assign(pen, { font: '600 17px sans-serif', textAlign: 'center', textBaseline: 'middle', lineWidth: 4 });
    Object.assign(pen, { strokeStyle: WHITE, fillStyle: color });
    const inside = clamp(x, 12, canvas.width - 12);
    pen.strokeText(text, inside, y);
    pen.fillText(text, inside, y);
  };
  name(last, '→', run);
  if (last !== first) name(first, '←', wrong);
}

function route(pen, read, side, size) {
  const apart = (one, other) => Math.abs((one % side) - (other % side)) + Math.abs(Math.floor(one / side) - Math.floor(other / side));
  for (const { line, color, jumps } of LINES) {
    Object.assign(pen, { lineWidth: line, strokeStyle: color });
    pen.beginPath();
    read.forEach((index, place) => {
      const joined = place > 0 && (jumps || apart(read[place - 1], index) === 1);
      pen[joined ? 'lineTo' : 'moveTo'](...middle(index, side, size));
    });
    pen.stroke();
  }
}
