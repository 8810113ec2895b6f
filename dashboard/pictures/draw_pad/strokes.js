// Which pixels a stroke paints. Pure; places are [x, y] from the upper left corner.

/** The pixels from one place to another, both included: at least one, without a gap. */
export function between(from, to) {
  const steps = Math.max(1, Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
  const at = (step) => from.map((value, axis) => Math.round(value + ((to[axis] - value) * step) / steps));
  return Array.from({ length: steps + 1 }, (_, step) => at(step));
}

/** The pixels of a round pen that is `width` wide, beside the pixel it stands on. */
export function nib(width) {
  const first = -Math.floor((width - 1) / 2);
  const middle = first + (width - 1) / 2;
  const places = Array.from({ length: width * width }, (_, at) => [first + (at % width), first + Math.floor(at / width)]);
  return places.filter(([x, y]) => Math.hypot(x - middle, y - middle) <= width / 2);
}

/**
 * Give everything of one color that touches the pixel at `start` another `color`: row by row, `side` in a row. Whether anything changed.
 */
export function flood(pixels, side, start, color) {
  const inside = ([x, y]) => x >= 0 && y >= 0 && x < side && y < side;
  const index = ([x, y]) => y * side + x;
  const before = inside(start) ? pixels[index(start)] : color;
  if (before === color) return false;
  const waiting = [start];
  while (waiting.length) {
    const [x, y] = waiting.pop();
    if (!inside([x, y]) || pixels[index([x, y])] !== before) continue;
    pixels[index([x, y])] = color;
    waiting.push([x + 1, y], [x - 1, y], [x, y + 1], [x, y - 1]);
  }
  return true;
}
