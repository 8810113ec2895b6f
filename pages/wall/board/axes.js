// The axes of the wall: where a run stands on one, and what is written along it. Pure.
import { axis, greatest, least, roundTicks } from '../../../dashboard/kit/scale.js';
import { percent, scientific } from '../../../dashboard/kit/text.js';

const MEASURED = { time: 'seconds', epoch: 'epoch', loss: 'loss', accuracy: 'accuracy', model: 'model', data: 'data' };
const FROM_ZERO = ['time', 'epoch'];
const CLOSE = 0.1; // of accuracies: an axis has this much of them at least
const BAND = 0.7; // of the room of a category, over which its runs are spread
const FAR = 15; // a declared logarithmic axis is one where the largest value is so many times the smallest

/** What a run has of a column; null where it is not known. */
export const valueOf = (row, { name }) => (name in MEASURED ? row[MEASURED[name]] : row.settings[name]) ?? null;

/** A value of a column in words: 71.2 %, 2 min 5 s, 0.004, adamw. */
export function textOf(value, kind) {
  if (value === null) return '–';
  if (kind === 'share') return percent(value, 1);
  if (kind === 'seconds') return duration(value);
  return kind === 'number' && typeof value === 'number' ? plain(value) : String(value);
}

const plain = (value) => (Number.isInteger(value) && Math.abs(value) < 1e6 ? value.toLocaleString('en') : scientific(value, 3));

/** Seconds in words. */
export function duration(seconds) {
  if (seconds < 100) return `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))} s`;
  const whole = Math.round(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes < 60) return rest ? `${minutes} min ${rest} s` : `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * An axis of `rows` over a column, from pixel `from` to pixel `to`: { place: id of a run -> pixel (missing where it has none),
 * ticks: [pixel, words] each }.
 */
export function axisOf(rows, column, from, to, most = 6) {
  return column.kind === 'word' ? categories(rows, column, from, to) : numbers(rows, column, from, to, most);
}

function numbers(rows, column, from, to, most) {
  const values = rows.map((row) => valueOf(row, column)).filter(Number.isFinite);
  const log = column.log && least(values) > 0 && greatest(values) > FAR * least(values);
  const made = axis(values, from, to, { log, pad: 0.06, most, range: rangeOf(values, column) });
  const place = new Map();
  for (const row of rows) {
    const value = valueOf(row, column);
    if (Number.isFinite(value)) place.set(row.run, made.place(value));
  }
  const ticks = column.kind === 'seconds' ? timeTicks(made, most) : made.ticks;
  const lowest = log || least(values) < 0 ? -Infinity : 0; // there is no accuracy below 0
  const words = (tick) => (column.kind === 'share' ? percent(tick, shareDigits(made.ticks)) : textOf(tick, column.kind));
  return { place, at: made.place, ticks: ticks.filter((tick) => tick >= lowest).map((tick) => [made.place(tick), words(tick)]) };
}

// Whole seconds, minutes or hours.
function timeTicks({ low, high }, most) {
  const unit = high > 7200 ? 3600 : high > 120 ? 60 : 1;
  return roundTicks(low / unit, high / unit, most).map((tick) => tick * unit);
}

// The ends of an axis, where its values alone do not say them: time begins at 0, and accuracies that are almost equal look so.
function rangeOf(values, { name, kind }) {
  if (!values.length) return null;
  const [low, high] = [least(values), greatest(values)];
  if (FROM_ZERO.includes(name)) return [0, 1.06 * high || 1];
  if (kind !== 'share' || high - low > CLOSE) return null;
  const from = Math.max(0, (low + high - CLOSE) / 2);
  return [from - 0.06 * CLOSE, from + 1.06 * CLOSE];
}

const shareDigits = (ticks) => (ticks.length > 1 && ticks[1] - ticks[0] < 0.0099 ? 1 : 0);

// One band a category, in the order that was declared, else by name; its runs are spread over the band in their order.
function categories(rows, column, from, to) {
  const known = [...new Set(rows.map((row) => valueOf(row, column)).filter((value) => value !== null))].map(String);
  const order = column.order ?? [];
  const rank = (word) => (order.includes(word) ? order.indexOf(word) : order.length);
  const words = known.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const room = (to - from) / Math.max(1, words.length);
  const middle = (word) => from + (words.indexOf(word) + 0.5) * room;
  const place = new Map();
  for (const word of words) {
    const own = rows.filter((row) => String(valueOf(row, column)) === word);
    own.forEach((row, i) => place.set(row.run, middle(word) + ((i + 0.5) / own.length - 0.5) * BAND * room));
  }
  return { place, at: () => NaN, ticks: words.map((word) => [middle(word), word]) };
}

/** The steps of what was best by time, as corners [x, y] from the first one to the edge of the figure. */
export function staircase(front, across, up, edge) {
  const corners = [];
  for (const [seconds, accuracy] of front) {
    const [x, y] = [across(seconds), up(accuracy)];
    if (corners.length) corners.push([x, corners.at(-1)[1]]);
    corners.push([x, y]);
  }
  if (corners.length) corners.push([edge, corners.at(-1)[1]]);
  return corners;
}
