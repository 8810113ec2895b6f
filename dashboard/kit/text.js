// Numbers and names as they are read on a board. Pure.

const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/**
 * A number with a fixed count of decimals and a real minus sign: −0.25. There is no −0.00, and what is not finite is a dash.
 * @param {number | null} value
 * @param {number} [digits]
 */
export function number(value, digits = 2) {
  if (value === null || !Number.isFinite(value)) return '–';
  return (Number(value.toFixed(digits)) || 0).toFixed(digits).replace('-', '−');
}

/**
 * A share of 1 in percent: 12 %. What is not finite is a dash.
 * @param {number} share
 * @param {number} [digits]
 */
export const percent = (share, digits = 0) => (Number.isFinite(share) ? `${number(100 * share, digits)} %` : '–');

/**
 * A count with commas between its thousands: 1,234. What is no whole number is rounded.
 * @param {number} count
 */
export const thousands = (count) => Math.round(count).toLocaleString('en');

/**
 * A number of any size with `digits` digits: 0.53, 4.1·10⁻⁸, ∞. Powers of ten are written out below 0.001 and from 10,000 on.
 * @param {number} value
 * @param {number} [digits]
 */
export function scientific(value, digits = 2) {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value < 0 ? '−∞' : '∞';
  const size = Math.abs(value);
  if (size === 0 || (size >= 0.001 && size < 10000)) return String(Number(value.toPrecision(digits))).replace('-', '−');
  const [mantissa, power] = value.toExponential(1).split('e');
  return `${mantissa.replace('-', '−')}·10${raised(Number(power))}`;
}

/**
 * A whole number as a subscript: ₁₂.
 * @param {number} whole
 */
export const sub = (whole) => String(whole).replace(/\d/g, (digit) => SUBSCRIPTS[Number(digit)]);

/**
 * A whole number as an exponent: ⁻⁸.
 * @param {number} whole
 */
export const raised = (whole) => String(whole).replace(/[-\d]/g, (sign) => (sign === '-' ? '⁻' : SUPERSCRIPTS[Number(sign)]));

/**
 * A name cut to a count of letters, with an ellipsis for what is left out.
 * @param {string} name
 * @param {number} letters
 */
export const short = (name, letters) => (name.length > letters ? `${name.slice(0, letters - 1)}…` : name);

/**
 * A text with its first letter as a capital.
 * @param {string} text
 */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Text for SVG or HTML that is put together as a string: it may be anyone's.
 * @param {unknown} text
 */
export function escaped(text) {
  /** @type {Record<string, string>} */
  const signs = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return String(text).replace(/[&<>"]/g, (sign) => signs[sign]);
}

/**
 * Attributes of SVG or HTML that is put together as a string; those that are undefined or empty are left out.
 * @param {Record<string, unknown>} given
 */
export const attributes = (given) =>
  Object.entries(given).map(([name, value]) => (value === undefined || value === '' ? '' : ` ${name}="${escaped(value)}"`)).join('');
