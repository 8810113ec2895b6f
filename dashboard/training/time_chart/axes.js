// What stands at the axes of a chart over time, and how a value is read. Pure.
import { percent, raised, scientific } from '../../kit/text.js';
import { greatest, least } from '../../kit/scale.js';

const GAPS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200]; // between numbers under the chart
const ROOM = 70; // pixels that such a number takes
const SHARES = [0, 0.25, 0.5, 0.75, 1];

/** What is drawn of a value: its logarithm on a log axis. */
export const scaled = (value, log) => (log ? Math.log10(value) : value);

/** The ends of the axis as they are drawn: those of `values`, within `limits`; on a log axis whole powers of ten. */
export function ends(values, { log, limits, pinned }) {
  if (pinned.length) return pinned;
  const known = values.map((value) => scaled(value, log)).filter(Number.isFinite);
  const [lowest, highest] = limits.length ? limits.map(Math.log10) : [-Infinity, Infinity];
  let [low, high] = known.length ? [least(known), greatest(known)] : [0, 1];
  if (log && values.includes(0)) low = lowest;
  if (log && values.includes(Infinity)) high = highest;
  [low, high] = [Math.max(low, lowest), Math.min(high, highest)];
  if (high - low < 1) [low, high] = [low - 0.5, high + 0.5];
  return log ? [Math.floor(low), Math.ceil(high)] : [low, high];
}

/** Values that have a line across the chart, with their words: powers of ten, or shares. */
export function levels([low, high], log) {
  if (!log) return SHARES.map((share) => [share, percent(share)]);
  return powers(low, high).map((power) => [10 ** power, power ? `10${raised(power)}` : '1']);
}

/** Powers of ten between two exponents, about eight of them at most; 1 is among them if it is in sight. */
export function powers(low, high) {
  const gap = [1, 2, 5, 10, 20, 50, 100].find((step) => (high - low) / step <= 8) ?? 200;
  const first = Math.ceil(low / gap) * gap;
  return Array.from({ length: Math.floor((high - first) / gap) + 1 }, (_, i) => first + i * gap + 0);
}

/** Points, or places between them, under which a number stands: round ones, the first and the last. */
export function numbered(count, width, { first, step }) {
  if (count < 2) return [0];
  const [wide, most] = [(count - 1) * step, Math.max(2, Math.floor(width / ROOM))];
  const gap = GAPS.find((size) => size >= step && wide / size <= most) ?? wide;
  const round = [];
  for (let at = Math.ceil((first + 0.6 * gap) / gap) * gap; at < first + wide - 0.6 * gap; at += gap) round.push((at - first) / step);
  return [0, ...round, count - 1];
}

/** The course of every line in words, for those who cannot see it: its first and its last value. `place` says where a point is. */
export function courses(lines, data, place) {
  return lines.map(({ name, values }) => {
    const known = [...values.keys()].filter((point) => !Number.isNaN(values[point]));
    if (!known.length) return `${name}: not measured`;
    const told = known.length > 1 ? [known[0], known.at(-1)] : known;
    return `${name}: ${told.map((point) => `${valueWords(values[point], data)} at ${place(point)}`).join(', ')}`;
  }).join('; ');
}

/** A value in words: a share in percent, or a number of any size and whether it is outside of what float32 holds. */
export function valueWords(value, { log, limits }) {
  const [smallest, largest] = limits;
  if (value < smallest) return `${scientific(value, 3)} (0 in float32)`;
  if (value > largest) return `${scientific(value, 3)} (∞ in float32)`;
  return log ? scientific(value, 3) : percent(value, 1);
}
