// Canvases: fitted to the pixels of the screen, and small ones whose pixels are numbers.
import { make } from './dom.js';

/**
 * The context of a canvas that is `width` x `height` pixels of CSS large: cleared, in units of these.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @param {{ ratio?: number, sharp?: boolean }} [how] `sharp`: images are enlarged without smoothing
 */
export function fitted(canvas, width, height, { ratio = Math.max(1, globalThis.devicePixelRatio || 1), sharp = false } = {}) {
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = penOf(canvas);
  pen.scale(ratio, ratio);
  pen.imageSmoothingEnabled = !sharp;
  return pen;
}

/**
 * What draws on a canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export const penOf = (canvas, settings) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', settings));

/**
 * A canvas of `width` x `height` pixels, four bytes each.
 * @param {Uint8ClampedArray<ArrayBuffer>} pixels
 * @param {number} width
 * @param {number} [height]
 * @param {HTMLCanvasElement} [canvas] one to use again
 */
export function sheet(pixels, width, height = width, canvas = make('canvas')) {
  canvas.width = width;
  canvas.height = height;
  penOf(canvas).putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
}

/**
 * A small canvas over a whole one, its pixels kept sharp.
 * @param {CanvasRenderingContext2D} pen
 * @param {CanvasImageSource} image
 * @param {number} width
 * @param {number} [height]
 */
export function enlarge(pen, image, width, height = width) {
  pen.imageSmoothingEnabled = false;
  pen.drawImage(image, 0, 0, width, height);
}

/**
 * A new canvas to take along, all of it of one color. Returns what draws on it, in units of CSS; its canvas is `pen.canvas`.
 * @param {number} width
 * @param {number} height
 * @param {string} paper
 * @param {{ ratio?: number }} [how]
 */
export function blank(width, height, paper, how) {
  const pen = fitted(make('canvas'), width, height, how);
  pen.fillStyle = paper;
  pen.fillRect(0, 0, width, height);
  return pen;
}

/**
 * A full disc around a point.
 * @param {CanvasRenderingContext2D} pen
 * @param {[number, number]} middle
 * @param {number} radius
 */
export function disc(pen, [x, y], radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fill();
}
