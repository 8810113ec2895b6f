// Pictures as boards get them: three bytes a pixel, row by row.
import { light } from './theme.js';

export const SIDE = 32; // pixels of a picture's side

/**
 * The pixels of a picture, four bytes each. `change` may give each one another color.
 * @param {Uint8Array} rgb
 * @param {(color: ArrayLike<number>, pixel: number) => ArrayLike<number>} [change]
 */
export function pixels(rgb, change) {
  const count = rgb.length / 3;
  const made = new Uint8ClampedArray(4 * count).fill(255);
  for (let pixel = 0; pixel < count; pixel += 1) {
    const own = rgb.subarray(3 * pixel, 3 * pixel + 3);
    made.set(change ? change(own, pixel) : own, 4 * pixel);
  }
  return made;
}

/**
 * The pale grey of what has not been read yet.
 * @param {ArrayLike<number>} color
 */
export const pale = (color) => Array(3).fill(150 + 0.22 * light(color));

/**
 * A color with a share of its light.
 * @param {ArrayLike<number>} color
 * @param {number} share
 */
export const dimmed = (color, share) => [color[0] * share, color[1] * share, color[2] * share];

/**
 * The grey of a color.
 * @param {ArrayLike<number>} color
 */
export const grey = (color) => Array(3).fill(light(color));
