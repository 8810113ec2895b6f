// A figure as a file of its own, SVG or PNG, with a caption below it: a picture that is passed on has lost its page.
import { download, make, svg } from './dom.js';
import { solid } from './theme.js';

const NAMESPACE = 'http://www.w3.org/2000/svg';
const LETTER = 6.2; // px: the mean width of a letter of the caption
const [SIZE, LINE, EDGE] = [12, 17, 10]; // px of the caption: type, line, margin
const SHARP = 2; // pixels of a PNG for one of the page

/**
 * A text in lines of so many letters at most; a word that is longer has a line of its own.
 * @param {string} text
 * @param {number} letters
 * @returns {string[]}
 */
export function lines(text, letters) {
  /** @type {string[]} */
  const found = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = `${found.at(-1)} ${word}`;
    if (found.length && longer.length <= letters) found[found.length - 1] = longer;
    else found.push(word);
  }
  return found;
}

/**
 * What a file is called: plain letters and digits of `words`.
 * @param {string} words
 */
export const fileName = (words) => words.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 60) || 'figure';

/**
 * A figure with its caption below it, in colors of the page that `root` is on.
 * @param {Element} figure an element svg of that size
 * @param {{ width: number, height: number }} size
 * @param {string} caption
 * @param {Element} root
 */
export function captioned(figure, { width, height }, caption, root) {
  const said = lines(caption, Math.floor((width - 2 * EDGE) / LETTER));
  const high = height + (said.length ? said.length * LINE + EDGE : 0);
  const size = { width, height: high, viewBox: `0 0 ${width} ${high}` };
  const paper = svg('rect', { width, height: high, fill: solid(root, '--st-background-color') });
  const type = { fill: solid(root, '--st-text-color'), 'font-size': SIZE, 'font-family': 'sans-serif' };
  const text = svg('text', type, ...said.map((line, at) => svg('tspan', { x: EDGE, y: height + (at + 0.8) * LINE }, line)));
  return svg('svg', { xmlns: NAMESPACE, ...size }, paper, figure, text);
}

/**
 * Hand a drawing to the person as a file.
 * @param {SVGElement} drawing an element svg with its size
 * @param {string} name without an ending
 * @param {'svg' | 'png'} kind
 */
export async function save(drawing, name, kind) {
  const text = new XMLSerializer().serializeToString(drawing);
  if (kind === 'svg') return download(text, `${name}.svg`);
  const address = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const picture = make('img', { src: address });
    await picture.decode();
    const [width, height] = ['width', 'height'].map((side) => SHARP * Number(drawing.getAttribute(side)));
    const canvas = make('canvas', { width, height });
    canvas.getContext('2d')?.drawImage(picture, 0, 0, width, height);
    return download(canvas, `${name}.png`);
  } finally {
    URL.revokeObjectURL(address);
  }
}
