// Sums as they are written out on a board: of a long one only the beginning and the end. Pure.
import { number } from './text.js';

/**
 * A number as it stands among others: a negative one in brackets.
 * @param {number} value
 */
export const bracketed = (value) => (value < 0 ? `(${number(value)})` : number(value));

/**
 * Which of a sum's `count` terms are written out, and what stands before each. Of a sum of more than `most` terms `kept` are: the first
 * ones and the last, and between them how many more there are.
 * @param {number} count
 * @param {number} most
 * @param {number} [kept]
 */
export function summands(count, most, kept = most) {
  const left = count > most ? count - kept : 0;
  const places = [...Array(count).keys()].filter((n) => !left || n < kept - 1 || n === count - 1);
  return places.map((n) => ({ n, before: left && n === count - 1 ? ` + … ${left} more … + ` : n ? ' + ' : '' }));
}
