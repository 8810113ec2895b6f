// The input above, its memory below it, the output at the bottom; lines from the token that is being written to what it reads.
import { make, svg } from '../../../dashboard/kit/dom.js';
import { clamp } from '../../../dashboard/kit/keys.js';
import { table } from '../../../dashboard/kit/matrix.js';
import { diverging } from '../../../dashboard/kit/scale.js';
import { short } from '../../../dashboard/kit/text.js';
import { given, shown } from './words.js';

const [LEAST, MOST] = [15, 34]; // px, width of a token of one letter
const [LEAST_WORD, MOST_WORD] = [44, 76]; // and of a word
const [CHIP, PICTURE, STRIP, SPAN] = [24, 40, 40, 66]; // px: height of a token, of one that is an image, of the memory, of the lines
const FAINT = 0.02; // weights below are not drawn
const FULL = 254; // opacity of the memory's largest number, of 255

export class Wires {
  constructor(place) {
    this.place = place;
  }

  // Where everything stands in a board that is `width` wide.
  layOut({ source, tokens, images }, memory, width) {
    const words = [...source, ...tokens].some((name) => name.length > 1);
    const count = Math.max(source.length, tokens.length + 1);
    this.cell = clamp((width - 4) / count, words ? LEAST_WORD : LEAST, words ? MOST_WORD : MOST);
    this.wide = Math.max(width, this.cell * count + 4);
    this.left = [source.length, tokens.length + 1].map((n) => (this.wide - n * this.cell) / 2);
    this.high = images ? PICTURE : CHIP;
    this.strip = this.high + 3;
    this.from = this.strip + (memory ? STRIP : 0) + 3;
    this.under = this.from + SPAN;
  }

  build(data, memory, colors, width) {
    this.data = data;
    this.layOut(data, memory, width);
    const { wide } = this;
    const height = this.under + CHIP + 4;
    this.lines = svg('g');
    this.sources = data.source.map((name, s) => this.chip(0, s, name, data.images?.[s]));
    this.outputs = given(data.tokens).map((name, t) => this.chip(1, t, name));
    const figure = svg('svg', { width: wide, height, viewBox: `0 0 ${wide} ${height}`, class: 'wires', 'aria-hidden': true });
    figure.append(...this.labels(memory), ...this.sources, ...this.outputs, this.lines);
    if (!memory) return this.place.replaceChildren(figure);
    const frame = make('div', 'wires-frame', figure, this.picture(memory, colors));
    frame.style.width = `${wide}px`;
    return this.place.replaceChildren(frame);
  }

  labels(memory) {
    const label = (y, text) => svg('text', { x: 0, y: y + 4, class: 'label' }, text);
    const above = this.left[0] > 92 && memory
      ? [label(this.high / 2, 'input'), label(this.strip + STRIP / 2, `memory ${memory.tokens} × ${memory.features}`)]
      : [];
    return this.left[1] > 52 ? [...above, label(this.under + CHIP / 2, 'output')] : above;
  }

  chip(row, at, name, image) {
    const [x, y] = [this.left[row] + at * this.cell, row ? this.under : 0];
    const high = row ? CHIP : this.high;
    const box = svg('rect', { x: x + 1, y, width: this.cell - 2, height: high, rx: 3 });
    const letters = Math.max(1, Math.floor(this.cell / 7.2));
    const inner = { x: x + 2, y: y + 2, width: this.cell - 4, height: high - 4 };
    const content = image
      ? svg('image', { href: image, ...inner, style: 'image-rendering: pixelated' })
      : svg('text', { x: x + this.cell / 2, y: y + high / 2 + 5, 'text-anchor': 'middle' }, short(shown(name), letters));
    return svg('g', { class: 'chip', [row ? 'data-output' : 'data-source']: at }, box, content);
  }

  // The memory: a column a token, a row a feature, blue above 0, orange below.
  picture({ tokens, features, values, most }, colors) {
    const words = `Memory: ${tokens} tokens of ${features} numbers, from −${most} to ${most}`;
    const canvas = make('canvas', { class: 'memory', role: 'img', 'aria-label': words });
    const size = { width: `${tokens * this.cell}px`, height: `${STRIP}px` };
    Object.assign(canvas.style, { left: `${this.left[0]}px`, top: `${this.strip}px`, ...size });
    const { rgba } = diverging(values, { ...colors, limit: 127, full: FULL });
    return table(features, tokens, (feature, token) => values[token * features + feature], rgba, canvas);
  }

  // Before step t: tokens 0 to t - 1 are written, and token t is on its way. `cross` and `self` are what it reads, or null.
  show(t, cross, self) {
    const { tokens, right } = this.data;
    const on = Math.min(t, tokens.length - 1);
    this.outputs.forEach((chip, at) => {
      const [written, now] = [at <= on, at === on + 1];
      const wrong = at && right[at - 1] === false;
      chip.setAttribute('class', `chip ${written || now ? '' : 'later'} ${now ? 'now' : ''} ${wrong ? 'wrong' : ''}`);
      chip.firstChild.style.setProperty('--w', written ? (self?.[at] ?? 0) : 0);
    });
    this.sources.forEach((chip, s) => chip.firstChild.style.setProperty('--w', cross?.[s] ?? 0));
    this.lines.replaceChildren(...this.wires(on, cross));
    const here = this.outputs[Math.min(on + 1, this.outputs.length - 1)];
    const { place } = this;
    if (place.scrollWidth > place.clientWidth) place.scrollLeft = Number(here.firstChild.getAttribute('x')) - place.clientWidth / 2;
  }

  // What the token on its way reads; without attention all goes through the last state of the memory.
  wires(on, cross) {
    const wire = (s, weight, look, at) => {
      const [x, to] = [this.left[0] + (s + 0.5) * this.cell, this.left[1] + (at + 0.5) * this.cell];
      const [a, b] = [this.from, this.under];
      const d = `M${x},${a} C${x},${(a + b) / 2} ${to},${(a + b) / 2} ${to},${b}`;
      return svg('path', { d, class: look, style: `--w: ${weight}`, 'stroke-width': 1 + 6 * weight });
    };
    if (cross) return cross.map((weight, s) => weight >= FAINT && wire(s, weight, 'wire', on + 1)).filter(Boolean);
    return this.data.bottleneck ? [wire(this.sources.length - 1, 0.5, 'wire one', 0)] : [];
  }
}
