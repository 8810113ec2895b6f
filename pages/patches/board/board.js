// One image under a grid, the sequence of its patches, and the token of the patch that is pointed at. A message (pages/patches/board)
// holds everything; what follows the mouse or the arrow keys asks the server for nothing.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { enlarge, fitted, sheet } from '../../../dashboard/kit/canvas.js';
import { make, partsOf, share, spoken } from '../../../dashboard/kit/dom.js';
import { answer, beside, cellAt, clamp } from '../../../dashboard/kit/keys.js';
import { table } from '../../../dashboard/kit/matrix.js';
import { bytes, floats } from '../../../dashboard/kit/packed.js';
import { corner, frame, grid, middle, named } from '../../../dashboard/kit/patches.js';
import { pixels } from '../../../dashboard/kit/picture.js';
import { diverging } from '../../../dashboard/kit/scale.js';
import { number, thousands } from '../../../dashboard/kit/text.js';
import { palette, signColors, WHITE } from '../../../dashboard/kit/theme.js';
import { arrange, LABELLED, Tokens } from './layout.js';

const NEAREST = 5; // tokens of the image that are marked as most like the one pointed at
const RANKED = 15; // px of a patch that has room for its rank among the nearest
const SMALL = 14; // px of a patch whose lines are thin
const DETAIL = 72; // px of the patch that is pointed at
const STRIP = 14; // px of the height of its vector
const [DARK, LIGHT] = ['rgba(0, 0, 0, ', 'rgba(255, 255, 255, ']; // of lines on a picture
const NAMES = ['image', 'sequence', 'patch', 'strip', 'name', 'nearest', 'numbers', 'image-title', 'sequence-title', 'vector-title'];

class PatchGrid extends Board {
  constructor(root) {
    super(root);
    this.parts = partsOf(root, 'patch-grid-', NAMES);
    this.listen(this.parts.image, (at) => cellAt(at, this.side), (step) => beside(this.current, step, this.side));
    this.listen(this.parts.sequence, (at) => this.inSequence(at), (step) => this.along(step));
  }

  receive(data, before) {
    this.side = data.size / data.patch;
    this.count = this.side * this.side;
    this.source = sheet(pixels(bytes(data.pixels)), data.size);
    this.tokens = new Tokens(floats(data.tokens), this.count);
    this.places = [];
    data.order.forEach((patch, place) => (this.places[patch] = place));
    this.chosen = Math.floor(data.at[0] / data.patch) * this.side + Math.floor(data.at[1] / data.patch);
    const looking = this.pointed || this.root.contains(document.activeElement);
    if (data.patch !== before?.patch || !looking) this.current = this.chosen;
  }

  listen(canvas, patchAt, walk) {
    const under = (event) => patchAt(share(event, canvas));
    canvas.addEventListener('pointermove', (event) => {
      this.pointed = true;
      this.point(under(event));
    });
    canvas.addEventListener('pointerleave', () => {
      this.pointed = false;
      this.point(this.chosen);
    });
    canvas.addEventListener('click', (event) => this.take(under(event)));
    canvas.addEventListener('blur', () => this.point(this.chosen));
    const take = () => this.take(this.current);
    const end = (place) => () => this.point(this.data.order.at(place));
    answer(canvas, { Enter: take, ' ': take, Home: end(0), End: end(-1) }, (step) => this.point(walk(step)));
  }

  point(patch) {
    if (patch === null || patch === this.current) return;
    this.current = patch;
    this.show();
  }

  take(patch) {
    if (patch === null) return;
    this.chosen = this.current = patch;
    this.show();
    this.send('at', corner(patch, this.side, this.data.patch).reverse());
  }

  // The patch of the sequence at a point of its canvas, or null.
  inSequence([x, y]) {
    const { pitch, line, columns, width, height } = this.layout;
    const column = Math.floor((x * width) / pitch);
    const place = Math.floor((y * height) / line) * columns + column;
    return column < columns && column >= 0 && place >= 0 ? (this.data.order[place] ?? null) : null;
  }

  along([right, down]) {
    return this.data.order[clamp(this.places[this.current] + right + down * this.layout.columns, 0, this.count - 1)];
  }

  draw() {
    this.colors = palette(this.root);
    this.scale = diverging(this.tokens.values, signColors(this.root)); // of the image, so that colors compare
    this.show();
  }

  // What follows the pointer.
  show() {
    this.near = this.tokens.nearest(this.current, this.data.order, NEAREST);
    this.drawImage();
    this.drawSequence();
    this.drawDetail();
    this.tell();
  }

  drawImage() {
    const width = this.parts.image.parentElement.clientWidth;
    const pen = fitted(this.parts.image, width, width);
    const cell = width / this.side;
    enlarge(pen, this.source, width);
    grid(pen, width, this.side, { color: `${LIGHT}0.55)`, line: cell < SMALL ? 0.5 : 1 });
    this.drawPath(pen, cell);
    this.mark(pen, (patch) => corner(patch, this.side, cell), cell);
  }

  // The way along which the patches are read; up to the current one it is drawn stronger.
  drawPath(pen, cell) {
    const line = (patches, color, lineWidth) => {
      pen.beginPath();
      patches.forEach((patch) => pen.lineTo(...middle(patch, this.side, cell)));
      Object.assign(pen, { strokeStyle: color, lineWidth, lineJoin: 'round', lineCap: 'round' });
      pen.stroke();
    };
    const { order } = this.data;
    const thin = Math.min(1.5, cell / 8);
    line(order, `${DARK}0.25)`, thin + 1);
    line(order, `${LIGHT}0.4)`, thin);
    const read = order.slice(0, this.places[this.current] + 1);
    line(read, `${DARK}0.55)`, thin + 1.2);
    line(read, WHITE, thin);
  }

  drawSequence() {
    const { image, sequence } = this.parts;
    const [width, height] = [sequence.parentElement.clientWidth, image.parentElement.clientWidth];
    this.layout = arrange(this.count, width, height);
    const { pitch, line, columns, cell } = this.layout;
    const pen = fitted(sequence, width, this.layout.height, { sharp: true });
    const at = (patch) => [(this.places[patch] % columns) * pitch, Math.floor(this.places[patch] / columns) * line];
    Object.assign(pen, { textAlign: 'center', textBaseline: 'top', font: `10px ${this.colors.font}`, fillStyle: this.colors.ink });
    this.data.order.forEach((patch, place) => {
      const [x, y] = at(patch);
      this.drawPatch(pen, patch, x, y, cell);
      if (cell >= LABELLED) pen.fillText(place + 1, x + cell / 2, y + cell + 2);
    });
    this.mark(pen, at, cell);
  }

  drawPatch(pen, patch, x, y, size) {
    const { patch: side } = this.data;
    pen.drawImage(this.source, ...corner(patch, this.side, side), side, side, x, y, size, size);
  }

  // Frames around the current patch and around those whose tokens are nearest to it, with their rank.
  mark(pen, at, cell) {
    const { run, wrong, font } = this.colors;
    const line = cell < SMALL ? 1.5 : 2.5;
    this.near.forEach(([patch], rank) => {
      const [x, y] = at(patch);
      frame(pen, [x, y, cell, cell], wrong, { line, edge: 2 });
      if (cell < RANKED) return;
      Object.assign(pen, { fillStyle: wrong, font: `600 11px ${font}`, textAlign: 'center', textBaseline: 'middle' });
      pen.fillRect(x, y, 13, 13);
      pen.fillStyle = WHITE;
      pen.fillText(rank + 1, x + 6.5, y + 7);
    });
    frame(pen, [...at(this.current), cell, cell], run, { line: line + 1, edge: 2 });
  }

  // The patch itself, and its vector as a strip of colors and as numbers.
  drawDetail() {
    const { patch, strip, numbers } = this.parts;
    this.drawPatch(fitted(patch, DETAIL, DETAIL, { sharp: true }), this.current, 0, 0, DETAIL);
    const token = this.tokens.at(this.current);
    const wide = strip.parentElement.clientWidth;
    const vector = table(1, token.length, (_, k) => token[k], this.scale.rgba);
    fitted(strip, wide, STRIP, { sharp: true }).drawImage(vector, 0, 0, wide, STRIP);
    numbers.textContent = Array.from(token, (value) => number(value)).join(', ');
  }

  tell() {
    const { data, count, side, current, near, parts, places } = this;
    const place = places[current] + 1;
    const all = thousands(count);
    parts['image-title'].textContent = data.label;
    parts['sequence-title'].textContent = count > 1 ? `In reading order: ${all} tokens` : 'One token: the whole image';
    parts.name.textContent = `Token ${place} of ${all} · ${named(current, side)}`;
    const [low, high] = [-this.scale.limit, this.scale.limit].map((value) => number(value, 1));
    const range = `orange ${low} … 0 … blue ${high}`;
    parts['vector-title'].replaceChildren(make('span', '', `Its vector: ${this.tokens.width} numbers`), make('span', '', range));
    parts.nearest.replaceChildren(
      make('div', '', near.length ? 'Nearest tokens here (cosine):' : 'There is no other token to compare it with.'),
      ...near.map(([patch, cosine], rank) =>
        make('span', '', make('i', '', rank + 1), ` place ${places[patch] + 1}: ${number(cosine, 3)}`)
      ),
    );
    const alike = near.map(([patch]) => `place ${places[patch] + 1}`).join(', ') || 'none';
    const valuetext = `${named(current, side)}, place ${place} of ${count}; nearest ${alike}`;
    for (const canvas of [parts.image, parts.sequence]) spoken(canvas, { valuemin: 1, valuemax: count, valuenow: place, valuetext });
    const shown = { patches: count, current, place, chosen: this.chosen, nearest: near.map(([patch]) => patch).join(' ') };
    Object.assign(this.root.dataset, shown, { cosines: near.map(([, cosine]) => cosine.toFixed(6)).join(' ') }); // for tests
  }
}

export default mount('.patch-grid', PatchGrid);
