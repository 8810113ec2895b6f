// A curve as heights at fixed places, drawn by moving over them. Pure.
import { clamp } from '../../../dashboard/kit/keys.js';

export const STEPS = 20; // of the axis, for the keys

/**
 * The place that is nearest to a share of the width.
 * @param {number} across from 0 at the first place to 1 at the last
 * @param {number} count
 */
export const nearest = (across, count) => clamp(Math.round(across * (count - 1)), 0, count - 1);

/**
 * A height for a share of the area's height, 0 at the top.
 * @param {number} down
 * @param {number} low
 * @param {number} high
 */
export const height = (down, low, high) => clamp(high - down * (high - low), low, high);

/**
 * The curve after a stroke from one place to another: all places between them lie on the straight line. A first touch lays the whole
 * curve at its height.
 * @param {number[] | null} heights
 * @param {number} count
 * @param {[number, number] | null} from place and height of the stroke's last point
 * @param {[number, number]} to
 */
export function stroke(heights, count, from, to) {
  const [end, value] = to;
  const made = heights ? [...heights] : Array(count).fill(value);
  const [start, first] = from ?? to;
  const way = Math.sign(end - start) || 1;
  for (let at = start; at !== end + way; at += way) made[at] = first + ((value - first) * (at - start)) / (end - start || 1);
  made[end] = value;
  return made;
}

/**
 * The curve with one place moved by steps of the axis.
 * @param {number[]} heights
 * @param {number} place
 * @param {number} steps up
 * @param {number} low
 * @param {number} high
 */
export function nudged(heights, place, steps, low, high) {
  const made = [...heights];
  made[place] = clamp(made[place] + (steps * (high - low)) / STEPS, low, high);
  return made;
}
