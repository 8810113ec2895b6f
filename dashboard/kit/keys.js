// Keys, and the cell of a grid that a key or a pointer leads to.

/** Steps of the arrow keys, [right, down]. @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const FIELDS = 'textarea, select, [contenteditable=true], input:not([type=range], [type=radio], [type=checkbox])';

/**
 * Whether a key that reaches an element is typed into a field there.
 * @param {EventTarget | null} target
 */
export const typing = (target) => target instanceof Element && target.closest(FIELDS) !== null;

/**
 * A value within its bounds, both included.
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
export const clamp = (value, least, most) => Math.max(least, Math.min(most, value));

/**
 * A place in a ring of `count`: behind the last one comes the first.
 * @param {number} place
 * @param {number} count
 */
export const wrap = (place, count) => ((place % count) + count) % count;

/**
 * The cell beside cell `place` of a grid, counted row by row; at an edge it stays.
 * @param {number} place
 * @param {[number, number]} step right and down
 * @param {number} columns
 * @param {number} [rows]
 */
export function beside(place, [right, down], columns, rows = columns) {
  return clamp(Math.floor(place / columns) + down, 0, rows - 1) * columns + clamp((place % columns) + right, 0, columns - 1);
}

/**
 * The cell of a grid under a point, [x, y] as shares of its width and height, counted row by row; null beside the grid.
 * @param {[number, number]} share
 * @param {number} columns
 * @param {number} [rows]
 */
export function cellAt([x, y], columns, rows = columns) {
  if (!(x >= 0 && y >= 0 && x < 1 && y < 1)) return null;
  return Math.floor(y * rows) * columns + Math.floor(x * columns);
}

/**
 * Let an element answer keys: `keys` says what each one does (letters in lower case), `step` gets the arrow keys as [right, down]. Keys
 * with Ctrl, Alt or the command key are the browser's. What returns false has not used its key.
 * @param {HTMLElement | SVGElement} element
 * @param {Record<string, (event: KeyboardEvent) => unknown>} keys
 * @param {((step: [number, number], event: KeyboardEvent) => unknown) | null} [step]
 */
export function answer(element, keys, step = null) {
  element.addEventListener('keydown', (event) => {
    const pressed = /** @type {KeyboardEvent} */ (event);
    if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return;
    const key = pressed.key.length > 1 ? pressed.key : pressed.key.toLowerCase();
    const arrow = step && Object.hasOwn(ARROWS, key) ? ARROWS[key] : null;
    const act = Object.hasOwn(keys, key) ? () => keys[key](pressed) : step && arrow ? () => step(arrow, pressed) : null;
    if (!act || act() === false) return;
    pressed.preventDefault(); // the page would scroll
    pressed.stopPropagation();
  });
}
