// Patches of a picture, counted row by row, and what is drawn over them.
import { SIDE } from './picture.js';
import { WHITE } from './theme.js';

/** @typedef {CanvasRenderingContext2D} Pen */

/**
 * The patch that a pixel of the picture belongs to.
 * @param {number} pixel
 * @param {number} patch pixels of a patch's side
 * @param {number} [side] pixels of the picture's side
 */
export function patchOf(pixel, patch, side = SIDE) {
  return Math.floor(Math.floor(pixel / side) / patch) * (side / patch) + Math.floor((pixel % side) / patch);
}

/**
 * The patch of a grid of `to` patches that holds the middle of `patch` of a grid of `from`.
 * @param {number} patch
 * @param {number} from
 * @param {number} to
 */
export function convert(patch, from, to) {
  const [columns, wanted] = [Math.sqrt(from), Math.sqrt(to)];
  const place = (/** @type {number} */ at) => Math.floor(((at + 0.5) / columns) * wanted);
  return place(Math.floor(patch / columns)) * wanted + place(patch % columns);
}

/**
 * The corner of a patch on a canvas; `size` is a patch's side there.
 * @param {number} patch
 * @param {number} columns
 * @param {number} size
 * @returns {[number, number]}
 */
export const corner = (patch, columns, size) => [(patch % columns) * size, Math.floor(patch / columns) * size];

/**
 * The middle of a patch on a canvas.
 * @param {number} patch
 * @param {number} columns
 * @param {number} size
 * @returns {[number, number]}
 */
export const middle = (patch, columns, size) => [((patch % columns) + 0.5) * size, (Math.floor(patch / columns) + 0.5) * size];

/**
 * A place in words: row and column from 1.
 * @param {number} patch
 * @param {number} columns
 */
export const named = (patch, columns) => `row ${Math.floor(patch / columns) + 1}, column ${(patch % columns) + 1}`;

/**
 * Lines between patches on a square of `width`.
 * @param {Pen} pen
 * @param {number} width
 * @param {number} columns
 * @param {{ color: string, line?: number }} look
 */
export function grid(pen, width, columns, { color, line = 1 }) {
  pen.beginPath();
  for (let at = 1; at < columns; at += 1) {
    const place = (at * width) / columns;
    pen.moveTo(place, 0);
    pen.lineTo(place, width);
    pen.moveTo(0, place);
    pen.lineTo(width, place);
  }
  pen.lineWidth = line;
  pen.strokeStyle = color;
  pen.stroke();
}

/**
 * A frame inside a box [left, top, width, height], with an edge around its line that is seen on any picture.
 * @param {Pen} pen
 * @param {[number, number, number, number]} box
 * @param {string} color
 * @param {{ line?: number, edge?: number, halo?: string }} [look]
 */
export function frame(pen, [left, top, width, height], color, { line = 4, edge = 3, halo = WHITE } = {}) {
  for (const [wide, style] of /** @type {[number, string][]} */ ([[line + edge, halo], [line, color]])) {
    pen.lineWidth = wide;
    pen.strokeStyle = style;
    pen.strokeRect(left + line / 2, top + line / 2, width - line, height - line);
  }
}

/**
 * A frame inside a patch of a grid; `size` is a patch's side on the canvas.
 * @param {Pen} pen
 * @param {number} patch
 * @param {number} columns
 * @param {number} size
 * @param {string} color
 * @param {{ line?: number, edge?: number, halo?: string }} [look]
 */
export const framePatch = (pen, patch, columns, size, color, look) =>
  frame(pen, [...corner(patch, columns, size), size, size], color, look);
