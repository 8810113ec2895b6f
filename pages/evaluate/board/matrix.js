// A confusion matrix as numbers to show and as sentences. Pure: counts come row by row, row = true class, column = predicted class.
import { number, percent, thousands } from '../../../dashboard/kit/text.js';

export const NORMS = { count: 'images', true: '% of true', predicted: '% of predicted' };
const UNITS = { count: 'images', true: '% of the true class', predicted: '% of the predicted class' };

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

const called = (counts, k, column) => sum(Array.from({ length: k }, (_, row) => counts[row * k + column]));
const belonging = (counts, k, row) => sum(counts.slice(row * k, (row + 1) * k));

/** The matrix as numbers to show: counts, or shares in percent. Of nothing there is no share: NaN. */
export function cellValues(counts, k, norm) {
  if (norm === 'count') return counts;
  const wholes = Array.from({ length: k }, (_, at) => (norm === 'true' ? belonging(counts, k, at) : called(counts, k, at)));
  return counts.map((count, at) => {
    const whole = wholes[norm === 'true' ? Math.floor(at / k) : at % k];
    return whole ? (100 * count) / whole : NaN;
  });
}

/** The number of a cell; where two matrices are compared it has its sign. */
export function cellText(value, digits, signed) {
  const text = number(value, digits);
  if (/^0(\.0)?$/.test(text)) return '0';
  return signed && value > 0 ? `+${text}` : text;
}

/** The share of images that are named rightly, and how many images there are. */
export function accuracy(counts, k) {
  const images = sum(counts);
  const right = sum(Array.from({ length: k }, (_, at) => counts[at * (k + 1)]));
  return { images, share: images ? right / images : 0 };
}

/** What the numbers of a cell mean, in a sentence without its point. */
export function sentence(counts, classes, row, column) {
  const k = classes.length;
  const count = counts[row * k + column];
  const share = (whole) => (whole ? percent(count / whole, 1) : 'none');
  const what = row === column ? `${classes[row]}, classified correctly` : `${classes[row]} misclassified as ${classes[column]}`;
  const shares = [
    `${share(belonging(counts, k, row))} of class ${classes[row]}`,
    `${share(called(counts, k, column))} of those classified as ${classes[column]}`,
  ];
  return `${what}: ${thousands(count)} images, ${shares.join(', ')}`;
}

/** Words at the two ends of the color scale, which goes to `top`; a difference has both signs. */
export function scaleEnds(top, norm, signed) {
  const end = top.toLocaleString('en', { maximumFractionDigits: norm === 'count' ? 0 : 1 });
  if (!signed) return ['0', `${end} ${UNITS[norm]}`];
  return [`−${end}`, `+${end} ${norm === 'count' ? UNITS[norm] : UNITS[norm].replace('%', 'percentage points')}`];
}
