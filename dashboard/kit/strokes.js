// Which pixels a stroke paints. Pure; places are [x, y] from the upper left corner.

/** @typedef {[number, number]} Place */

/**
 * The pixels from one place to another, both included: at least one, without a gap.
 * @param {Place} from
 * @param {Place} to
 * @returns {Place[]}
 */
export function between(from, to) {
  const steps = Math.max(1, Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
  const on = (/** @type {number} */ start, /** @type {number} */ end, /** @type {number} */ step) =>
    Math.round(start + ((end - start) * step) / steps);
  const at = (/** @type {number} */ step) => /** @type {Place} */ ([on(from[0], to[0], step), on(from[1], to[1], step)]);
  return Array.from({ length: steps + 1 }, (_, step) => at(step));
}

/**
 * The pixels of a round pen that is `width` wide, beside the pixel it stands on.
 * @param {number} width
 * @returns {Place[]}
 */
export function nib(width) {
  const first = -Math.floor((width - 1) / 2);
  const middle = first + (width - 1) / 2;
  const places = Array.from(
    { length: width * width },
    (_, at) => /** @type {Place} */ ([first + (at % width), first + Math.floor(at / width)]),
  );
  return places.filter(([x, y]) => Math.hypot(x - middle, y - middle) <= width / 2);
}

/**
 * Give everything of one color that touches the pixel at `start` another `color`: row by row, `side` in a row. Whether anything changed.
 * @param {Uint32Array} pixels
 * @param {number} side
 * @param {Place} start
 * @param {number} color
 */
export function flood(pixels, side, start, color) {
  const inside = (/** @type {Place} */ [x, y]) => x >= 0 && y >= 0 && x < side && y < side;
  const index = (/** @type {Place} */ [x, y]) => y * side + x;
  const before = inside(start) ? pixels[index(start)] : color;
  if (before === color) return false;
  const waiting = [start];
  while (waiting.length) {
    const [x, y] = /** @type {Place} */ (waiting.pop());
    if (!inside([x, y]) || pixels[index([x, y])] !== before) continue;
    pixels[index([x, y])] = color;
    waiting.push([x + 1, y], [x - 1, y], [x, y + 1], [x, y - 1]);
  }
  return true;
}
