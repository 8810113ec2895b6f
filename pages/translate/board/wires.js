// The input above, its memory below it, the output at the bottom; lines from the token that is being written to what it reads.
import { draw, inside, make, shown, short } from './parts.js';

const [LEAST, MOST] = [15, 34]; // px, width of a token
const [CHIP, PICTURE, STRIP, SPAN] = [24, 40, 40, 66]; // px: height of a token, of one that is an image, of the memory, of the lines
const FAINT = 0.02; // weights below are not drawn

export class Wires {
  constructor(place, go) {
    this.place = place;
    this.go = go;
  }

  build(data, memory, colors, width) {
    this.data = data;
    const { source, tokens, images } = data;
    const widest = Math.max(1, ...[...source, ...tokens].map((name) => name.length));
    const wanted = widest > 1 ? 76 : MOST;
    const count = Math.max(source.length, tokens.length + 1);
    this.cell = inside((width - 4) / count, widest > 1 ? 44 : LEAST, wanted);
    this.letters = Math.max(1, Math.floor(this.cell / 7.2));
    const wide = Math.max(width, this.cell * count + 4);
    this.left = [source.length, tokens.length + 1].map((n) => (wide - n * this.cell) / 2);
    this.high = images ? PICTURE : CHIP;
    this.strip = this.high + 3;
    this.from = this.strip + (memory ? STRIP : 0) + 3;
    this.under = this.from + SPAN;
    const height = this.under + CHIP + 4;
    const svg = draw('svg', { width: wide, height, viewBox: `0 0 ${wide} ${height}`, class: 'wires', 'aria-hidden': true });
    this.lines = draw('g', {});
    if (this.left[0] > 92 && memory) {
      for (const [y, text] of [[this.high / 2 + 4, 'input'], [this.strip + STRIP / 2 + 4, `memory ${memory.tokens} × ${memory.features}`]]) svg.append(draw('text', { x: 0, y, class: 'label' }, text));
    }
    if (this.left[1] > 52) svg.append(draw('text', { x: 0, y: this.under + CHIP / 2 + 4, class: 'label' }, 'output'));
    this.sources = source.map((name, s) => this.chip(svg, 0, s, name, images?.[s]));
    this.outputs = ['⊢', ...tokens].map((name, t) => this.chip(svg, 1, t, name));
    svg.append(this.lines);
    this.place.replaceChildren(svg);
    if (memory) this.paint(memory, colors, wide);
  }

  chip(svg, row, at, name, image) {
    const [x, y] = [this.left[row] + at * this.cell, row ? this.under : 0];
    const high = row ? CHIP : this.high;
    const group = draw('g', { class: 'chip', [row ? 'data-output' : 'data-source']: at });
    group.append(draw('rect', { x: x + 1, y, width: this.cell - 2, height: high, rx: 3 }));
    if (image) group.append(draw('image', { href: image, x: x + 2, y: y + 2, width: this.cell - 4, height: high - 4, style: 'image-rendering: pixelated' }));
    else group.append(draw('text', { x: x + this.cell / 2, y: y + high / 2 + 5, 'text-anchor': 'middle' }, short(shown(name), this.letters)));
    svg.append(group);
    return group;
  }

  // A column a token, a row a feature: blue above 0, orange below.
  paint(memory, [above, below], wide) {
    const canvas = make('canvas', 'memory');
    Object.assign(canvas, { width: memory.tokens, height: memory.features, role: 'img', ariaLabel: `Memory: ${memory.tokens} tokens of ${memory.features} numbers, from −${memory.most} to ${memory.most}` });
    Object.assign(canvas.style, { left: `${this.left[0]}px`, top: `${this.strip}px`, width: `${memory.tokens * this.cell}px`, height: `${STRIP}px` });
    const context = canvas.getContext('2d');
    const image = context.createImageData(memory.tokens, memory.features);
    memory.values.forEach((value, at) => {
      const [s, c] = [Math.floor(at / memory.features), at % memory.features];
      image.data.set([...(value < 0 ? below : above), Math.abs(value) * 2], 4 * (c * memory.tokens + s));
    });
    context.putImageData(image, 0, 0);
    const frame = make('div', 'wires-frame');
    frame.style.width = `${wide}px`;
    frame.append(this.place.firstChild, canvas);
    this.place.replaceChildren(frame);
  }

  // Before step t: tokens 0 to t - 1 are written, and token t is on its way. `cross` and `self` are what it reads, or null.
  show(t, cross, self) {
    const { tokens, right, bottleneck } = this.data;
    const on = Math.min(t, tokens.length - 1);
    this.outputs.forEach((group, at) => {
      const [written, now] = [at <= on, at === on + 1];
      group.setAttribute('class', `chip ${written || now ? '' : 'later'} ${now ? 'now' : ''} ${at && right[at - 1] === false ? 'wrong' : ''}`);
      group.firstChild.style.setProperty('--w', written ? (self?.[at] ?? 0) : 0);
    });
    this.sources.forEach((group, s) => group.firstChild.style.setProperty('--w', cross?.[s] ?? 0));
    const to = this.left[1] + (on + 1.5) * this.cell;
    const wire = (s, weight, look, to) => {
      const x = this.left[0] + (s + 0.5) * this.cell;
      const [a, b] = [this.from, this.under];
      const path = `M${x},${a} C${x},${(a + b) / 2} ${to},${(a + b) / 2} ${to},${b}`;
      return draw('path', { d: path, class: look, style: `--w: ${weight}`, 'stroke-width': 1 + 6 * weight });
    };
    const last = this.sources.length - 1;
    const drawn = cross ? cross.map((weight, s) => (weight >= FAINT ? wire(s, weight, 'wire', to) : null)).filter(Boolean) : bottleneck ? [wire(last, 0.5, 'wire one', this.left[1] + 0.5 * this.cell)] : [];
    this.lines.replaceChildren(...drawn);
    const here = this.outputs[Math.min(on + 1, this.outputs.length - 1)];
    const scroll = this.place;
    if (scroll.scrollWidth > scroll.clientWidth) scroll.scrollLeft = Number(here.firstChild.getAttribute('x')) - scroll.clientWidth / 2;
  }
}
