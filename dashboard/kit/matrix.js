// A table of numbers as a picture: a pixel a number, then stretched.
import { sheet } from './canvas.js';

/**
 * A small canvas of rows x columns. `rgba` gives the four bytes of the number that `value` has there.
 * @param {number} rows
 * @param {number} columns
 * @param {(row: number, column: number) => number} value
 * @param {(value: number) => ArrayLike<number>} rgba
 * @param {HTMLCanvasElement} [canvas] one to use again
 */
export function table(rows, columns, value, rgba, canvas) {
  const pixels = new Uint8ClampedArray(4 * rows * columns);
  let at = 0; // pixel by pixel: a spread or a new array for each of a hundred thousand would be seen
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const color = rgba(value(row, column));
      pixels[at] = color[0];
      pixels[at + 1] = color[1];
      pixels[at + 2] = color[2];
      pixels[at + 3] = color[3];
      at += 4;
    }
  }
  return sheet(pixels, columns, rows, canvas);
}
