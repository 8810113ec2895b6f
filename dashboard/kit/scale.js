// Scales: a value to its place on an axis, or to a color. Pure.

/**
 * @typedef {[number, number, number]} Rgb
 * @typedef {{ from: number, to: number, low: number, high: number, log: boolean, ticks: number[],
 *   place: (value: number) => number, value: (pixel: number) => number }} Axis
 */

/**
 * An axis over `values`, from pixel `from` to pixel `to`; logarithmic where that is wanted and possible. `pad` is the share of the range
 * that is left at both ends, `most` the count of ticks, `range` the ends themselves (powers of ten on a logarithmic axis).
 * @param {Iterable<number>} values
 * @param {number} from
 * @param {number} to
 * @param {{ log?: boolean, pad?: number, most?: number, range?: number[] | null }} [options]
 * @returns {Axis}
 */
export function axis(values, from, to, { log = false, pad = 0.04, most = 6, range = null } = {}) {
  const known = [...values].filter((value) => Number.isFinite(value) && (!log || value > 0));
  const bend = log && known.length ? Math.log10 : (/** @type {number} */ value) => value;
  let [low, high] = range ?? (known.length ? [bend(least(known)), bend(greatest(known))] : [0, 1]);
  if (!range) {
    const margin = high > low ? pad * (high - low) : log ? 0.2 : Math.abs(low) * 0.05 || 0.5;
    [low, high] = [low - margin, high + margin];
  }
  return {
    from,
    to,
    low,
    high,
    log,
    place: (value) => (Number.isFinite(value) ? from + ((bend(value) - low) / (high - low)) * (to - from) : NaN),
    value: (pixel) => low + ((pixel - from) / (to - from)) * (high - low),
    ticks: log && known.length ? decades(low, high, most) : roundTicks(low, high, most),
  };
}

/**
 * Round numbers from `low` to `high`, about `most` of them: multiples of 1, 2 or 5.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
export function roundTicks(low, high, most) {
  const rough = (high - low) / most;
  const base = 10 ** Math.floor(Math.log10(rough));
  const step = base * (/** @type {number} */ ([1, 2, 5, 10].find((nice) => nice * base >= rough * 0.999)));
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i += 1) ticks.push(Number((i * step).toPrecision(10)));
  return ticks;
}

/**
 * Powers of ten between two exponents, and twice and five times them where there is room.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
function decades(low, high, most) {
  const wide = high - low;
  const steps = wide > most ? [1] : wide > 1.5 ? [1, 3] : [1, 2, 5];
  const ticks = [];
  for (let power = Math.floor(low); power <= high; power += 1) for (const step of steps) ticks.push(step * 10 ** power);
  return ticks.filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high);
}

/**
 * The least number. By a loop: Math.min(...values) of a hundred thousand numbers would overflow the stack.
 * @param {Iterable<number>} values
 */
export function least(values) {
  let smallest = Infinity;
  for (const value of values) if (value < smallest) smallest = value;
  return smallest;
}

/**
 * The greatest number.
 * @param {Iterable<number>} values
 */
export function greatest(values) {
  let largest = -Infinity;
  for (const value of values) if (value > largest) largest = value;
  return largest;
}

/**
 * A scale of two colors around 0: the further a value is from 0, the fuller its color. `low` and `high` are the true range of the values,
 * `limit` is where a color is full. `rgba` gives the four bytes of a pixel.
 * @param {Iterable<number>} values
 * @param {{ above: Rgb, below: Rgb, limit?: number, full?: number }} colors `full` is the opacity of a full color, 0 to 255
 */
export function diverging(values, { above, below, limit, full = 255 }) {
  const [low, high] = [least(values), greatest(values)];
  const end = limit ?? (Math.max(Math.abs(low), Math.abs(high)) || 1);
  const strength = (/** @type {number} */ value) => Math.min(1, Math.abs(value) / end);
  const color = (/** @type {number} */ value) => (value < 0 ? below : above);
  const css = (/** @type {number} */ value) => `rgb(${color(value).join(' ')} / ${strength(value)})`;
  return {
    low,
    high,
    limit: end,
    strength,
    /** @param {number} value @returns {[number, number, number, number]} */
    rgba: (value) => {
      const [red, green, blue] = color(value);
      return [red, green, blue, Math.round(full * strength(value))];
    },
    css,
    /** The scale as a picture, from the lowest to the highest value that there is. */
    gradient: () =>
      `linear-gradient(to right, ${css(low)}${low < 0 && high > 0 ? `, transparent ${(-100 * low) / (high - low)}%` : ''}, ${css(high)})`,
  };
}
