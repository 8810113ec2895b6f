// Colors of the lab's own theme, light or dark. Streamlit hands them to a component as CSS variables, and calls the component again with
// the same message when the theme changes; then the board is drawn anew (board.js). What the operating system is set to does not matter
// here.

/** @typedef {import('./scale.js').Rgb} Rgb */

export const WHITE = '#fff';

/**
 * A variable of the theme as it is written.
 * @param {Element} root
 * @param {string} name
 * @param {string} [otherwise] where there is none
 */
export const variable = (root, name, otherwise = '') => getComputedStyle(root).getPropertyValue(name).trim() || otherwise;

/**
 * Red, green, blue (0 to 255) and opacity (0 to 1) of #rgb, #rrggbb, rgb(...), rgba(...) or color(srgb ...); null for anything else.
 * @param {string} color
 * @returns {[number, number, number, number] | null}
 */
export function parts(color) {
  const hex = /^#([\da-f]{3,8})$/i.exec(color)?.[1];
  if (hex) {
    const digits = hex.length < 6 ? [...hex].map((digit) => digit + digit).join('') : hex;
    const [red, green, blue, alpha = 255] = (digits.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
    return [red, green, blue, alpha / 255];
  }
  const numbers = color.match(/^(?:rgba?|color)\((.*)\)$/)?.[1].match(/[\d.]+(?:e-?\d+)?%?/g);
  if (!numbers || numbers.length < 3) return null;
  const [red, green, blue, alpha = 1] = numbers.map((text) => (text.endsWith('%') ? parseFloat(text) / 100 : Number(text)));
  const whole = color.startsWith('color') ? 255 : 1;
  return [Math.round(red * whole), Math.round(green * whole), Math.round(blue * whole), alpha];
}

/**
 * A color of the page as the browser computes it, [red, green, blue, opacity]: `color` is a variable's name or any color of CSS.
 * @param {Element} root
 * @param {string} color
 */
export function computed(root, color) {
  const written = color.startsWith('--') ? variable(root, color) : color;
  const known = parts(written);
  if (known) return known;
  const probe = document.createElement('i');
  probe.style.color = written;
  root.append(probe);
  const resolved = parts(getComputedStyle(probe).color);
  probe.remove();
  return resolved ?? /** @type {[number, number, number, number]} */ ([0, 0, 0, 1]);
}

/**
 * Red, green and blue of a color of the page, for the pixels of a canvas.
 * @param {Element} root
 * @param {string} color
 * @returns {Rgb}
 */
export const rgb = (root, color) => /** @type {Rgb} */ (computed(root, color).slice(0, 3));

/**
 * The colors of numbers above and below 0, for the pixels of a canvas.
 * @param {Element} root
 * @returns {{ above: Rgb, below: Rgb }}
 */
export const signColors = (root) => ({ above: rgb(root, '--lab-run'), below: rgb(root, '--lab-wrong') });

/**
 * A color as rgba(...): every canvas and every viewer of SVG takes that form.
 * @param {Element} root
 * @param {string} color
 * @param {number} [opacity] of the color's own
 */
export function solid(root, color, opacity = 1) {
  const [red, green, blue, alpha] = computed(root, color);
  return `rgba(${red}, ${green}, ${blue}, ${alpha * opacity})`;
}

/**
 * Whether the theme is dark, by the light of its paper.
 * @param {Element} root
 */
export const isDark = (root) => light(rgb(root, '--st-background-color')) < 128;

/**
 * The light of a color as an eye sees it (ITU-R BT.601), 0 to 255.
 * @param {ArrayLike<number>} color
 */
export const light = (color) => 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2];

/**
 * The colors that every board draws with.
 * @param {Element} root
 */
export function palette(root) {
  const style = getComputedStyle(root);
  const read = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    ink: style.color,
    paper: read('--st-background-color') || WHITE,
    run: read('--lab-run'),
    right: read('--lab-right'),
    wrong: read('--lab-wrong'),
    font: style.fontFamily,
  };
}

/** Colors of a figure that is taken along as a file: on white, whatever the page looks like. */
export const PRINT = {
  ink: '#1a1a1a',
  paper: WHITE,
  run: '#0072b2',
  right: '#009e73',
  wrong: '#d55e00',
  line: '#999999',
  faint: '#bbbbbb',
  grid: '#cccccc',
};

/**
 * Colors that tell several runs or models apart, the first one first.
 * @param {Element} root
 */
export const several = (root) => variable(root, '--st-chart-categorical-colors', variable(root, '--lab-run')).split(',');
