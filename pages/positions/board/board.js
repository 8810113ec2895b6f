// A table of positions, how like they are, and the number that is pointed at. A message (pages/positions/board) holds everything;
// what follows the pointer or the arrow keys asks the server for nothing. The formulas are those of core/probes/positions.py.
import { formula } from './formula.js';

const STEPS = 10000; // similarities come as whole ten-thousandths
const CIRCLE = 88; // px
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const ADDED = { none: 'Nothing is added', rotary: 'What the pair (1, 0) turns to' };

export default function positionMap({ data: [data], parentElement }) {
  const root = parentElement.querySelector('.position-map');
  root.map ??= new PositionMap(root);
  root.map.receive(data);
  // Streamlit also runs the clean-up of a call that the next message overtook: only a map that left the page is closed.
  return () => root.isConnected || root.map.close();
}

const values = (text, size, read) => {
  const view = new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  return Array.from({ length: view.byteLength / size }, (_, i) => read(view, size * i));
};
const number = (value, digits = 2) => (Number(value.toFixed(digits)) || 0).toFixed(digits).replace('-', '−'); // no −0.00
const inside = (value, count) => Math.min(count - 1, Math.max(0, value));

class PositionMap {
  constructor(root) {
    this.root = root;
    const part = (name) => root.querySelector(`.position-map-${name}`);
    const names = ['table', 'like', 'grid', 'circle', 'name', 'formula', 'pair', 'none', 'table-title', 'like-title', 'grid-title'];
    this.parts = Object.fromEntries(names.map((name) => [name, part(name)]));
    this.scales = [...root.querySelectorAll('.position-map-scale')];
    Object.assign(this, { position: 0, feature: 0, other: 0 });
    this.listen('table', (row, column) => ({ position: row, feature: column }));
    this.listen('like', (row, column) => ({ position: row, other: column }));
    this.listen('grid', (row, column) => ({ position: this.data.lead + row * this.data.side + column }));
    this.observer = new ResizeObserver(() => this.data && root.clientWidth !== this.drawnWidth && this.draw());
    this.observer.observe(root);
    this.theme = matchMedia('(prefers-color-scheme: dark)');
    this.repaint = () => this.data && this.draw();
    this.theme.addEventListener('change', this.repaint);
  }

  close() {
    this.observer.disconnect();
    this.theme.removeEventListener('change', this.repaint);
  }

  receive(data) {
    const fresh = this.data?.length !== data.length || this.data?.dim !== data.dim;
    this.data = data;
    this.table = values(data.table, 4, (view, at) => view.getFloat32(at, true)); // (T, C)
    this.like = values(data.like, 2, (view, at) => view.getInt16(at, true) / STEPS); // (T, T)
    this.limit = this.table.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (fresh) {
      // In the middle of the grid, or of the sequence, on a feature whose wave is to be seen.
      this.position = inside(data.side ? data.lead + (data.side >> 1) * (data.side + 1) : data.length >> 1, data.length);
      this.feature = inside(data.dim >> 3, data.dim);
      this.other = inside(data.lead, data.length);
    }
    this.draw();
  }

  // The rows and columns of each picture.
  cells(name) {
    const { length, dim, side } = this.data;
    return { table: [length, dim], like: [length, length], grid: [side, side] }[name];
  }

  listen(name, meaning) {
    const canvas = this.parts[name];
    const take = (row, column) => {
      const [rows, columns] = this.cells(name);
      const before = [this.position, this.feature, this.other].join();
      Object.assign(this, meaning(inside(row, rows), inside(column, columns)));
      if ([this.position, this.feature, this.other].join() !== before) this.draw();
    };
    const follow = (event) => {
      const box = canvas.getBoundingClientRect();
      const [rows, columns] = this.cells(name);
      take(Math.floor(((event.clientY - box.top) / box.height) * rows), Math.floor(((event.clientX - box.left) / box.width) * columns));
    };
    canvas.addEventListener('pointermove', follow);
    canvas.addEventListener('pointerdown', follow);
    canvas.addEventListener('keydown', (event) => {
      const move = MOVES[event.key];
      if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault(); // the page would scroll
      const patch = this.position - this.data.lead;
      const row = name === 'grid' ? Math.floor(patch / this.data.side) : this.position;
      const column = { table: this.feature, like: this.other, grid: ((patch % this.data.side) + this.data.side) % this.data.side }[name];
      if (name === 'grid' && patch < 0) take(0, 0);
      else take(row + move[0], column + move[1]);
    });
  }

  draw() {
    this.drawnWidth = this.root.clientWidth;
    if (!this.drawnWidth) return;
    const style = getComputedStyle(this.root);
    this.colors = { ink: style.color, run: rgb(style, '--lab-run'), wrong: rgb(style, '--lab-wrong') };
    const { length, dim, side, lead, kind } = this.data;
    const { position, feature, other } = this;
    this.entry = formula(this.data, position, feature, this.table[position * dim + feature]);
    this.paint('table', length, dim, (row, column) => this.table[row * dim + column] / (this.limit || 1));
    this.frame('table', position, feature, length, dim);
    this.paint('like', length, length, (row, column) => this.like[row * length + column]);
    this.frame('like', position, other, length, length);
    this.parts.grid.hidden = !side;
    if (side) {
      this.paint('grid', side, side, (row, column) => this.like[position * length + lead + row * side + column]);
      const patch = position - lead;
      if (patch >= 0) this.frame('grid', Math.floor(patch / side), patch % side, side, side);
    }
    this.drawCircle();
    this.tell(kind);
  }

  // Cells (rows, columns) of -1 to 1 on a square: orange, nothing, blue.
  paint(name, rows, columns, value) {
    const small = Object.assign(document.createElement('canvas'), { width: columns, height: rows });
    const pixels = new ImageData(columns, rows);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const found = value(row, column);
        pixels.data.set([...(found < 0 ? this.colors.wrong : this.colors.run), 255 * Math.min(1, Math.abs(found))], 4 * (row * columns + column));
      }
    }
    small.getContext('2d').putImageData(pixels, 0, 0);
    const width = this.parts[name].parentElement.clientWidth;
    canvasOf(this.parts[name], width, width).drawImage(small, 0, 0, width, width);
  }

  // A frame around one cell; of cells too small for one, a cross of lines through it.
  frame(name, row, column, rows, columns) {
    const canvas = this.parts[name];
    const context = canvas.getContext('2d');
    const width = canvas.clientWidth;
    const [wide, high] = [width / columns, width / rows];
    const [x, y] = [column * wide, row * high];
    const grow = ([at, size]) => (size < 7 ? [at - (7 - size) / 2, 7] : [at, size]);
    const [[left, boxWidth], [top, boxHeight]] = [grow([x, wide]), grow([y, high])];
    context.strokeStyle = this.colors.ink;
    if (name !== 'grid') {
      Object.assign(context, { lineWidth: 1, globalAlpha: 0.35 });
      context.beginPath();
      context.moveTo(0, y + high / 2);
      context.lineTo(width, y + high / 2);
      context.moveTo(x + wide / 2, 0);
      context.lineTo(x + wide / 2, width);
      context.stroke();
      context.globalAlpha = 1;
    }
    context.lineWidth = 2;
    context.strokeRect(left, top, boxWidth, boxHeight);
  }

  // The pair of features on the unit circle: where (1, 0) comes to lie, or cosine and sine of the angle.
  drawCircle() {
    const { angle } = this.entry;
    this.parts.circle.hidden = angle === null;
    if (angle === null) return;
    const context = canvasOf(this.parts.circle, CIRCLE, CIRCLE);
    const [middle, radius] = [CIRCLE / 2, CIRCLE / 2 - 6];
    const at = (turn) => [middle + radius * Math.cos(turn), middle - radius * Math.sin(turn)];
    const line = (color, lineWidth, draw) => {
      Object.assign(context, { strokeStyle: color, lineWidth });
      context.beginPath();
      draw();
      context.stroke();
    };
    const accent = `rgb(${this.colors.run})`;
    context.globalAlpha = 0.4;
    line(this.colors.ink, 1, () => context.arc(middle, middle, radius, 0, 2 * Math.PI));
    line(this.colors.ink, 1, () => {
      context.moveTo(middle, middle);
      context.lineTo(...at(0));
    });
    context.globalAlpha = 1;
    const turn = angle % (2 * Math.PI);
    line(accent, 2, () => context.arc(middle, middle, radius / 3, 0, -turn, true));
    line(accent, 2.5, () => {
      context.moveTo(middle, middle);
      context.lineTo(...at(turn));
    });
    context.fillStyle = accent;
    context.beginPath();
    context.arc(...at(turn), 4, 0, 2 * Math.PI);
    context.fill();
    this.parts.circle.setAttribute('aria-label', `The angle ${number(angle, 4)} on the unit circle`);
  }

  tell(kind) {
    const { parts, entry, position, feature, other } = this;
    const { length, dim, side, lead } = this.data;
    const patch = position - lead;
    const row = Math.floor(patch / side);
    const where = !side ? '' : patch < 0 ? ' (class token)' : ` (row ${row}, column ${patch % side})`;
    parts['table-title'].textContent = `${ADDED[kind] ?? 'Added to the tokens'}: position ↓ 0 to ${length - 1}, feature → 0 to ${dim - 1}`;
    parts['like-title'].textContent = `Similarity (cosine) of positions: row and column 0 to ${length - 1}`;
    const compared = patch < 0 ? 'the class token' : `patch in row ${row}, column ${patch % side}`;
    parts['grid-title'].textContent = side ? `Similarity of ${compared} to all ${side} × ${side} patches` : 'As patches';
    parts.none.textContent = side ? 'The same scale. 0 is the first row and column.' : `${length} tokens are no square grid: choose 64 or 65, say.`;
    this.scale(0, this.table, this.limit);
    this.scale(1, this.like, 1);
    parts.name.textContent = `Position ${position}${where}, feature ${feature}`;
    parts.formula.textContent = entry.formula;
    const like = `similarity to position ${other}: ${number(this.like[position * length + other], 4)}`;
    parts.pair.textContent = entry.pair ? `${entry.pair} · ${like}` : like[0].toUpperCase() + like.slice(1);
    const spoken = `${parts.name.textContent}: ${entry.formula}; ${like}`;
    for (const name of ['table', 'like', 'grid']) {
      const told = { valuemin: 0, valuemax: length - 1, valuenow: position, valuetext: spoken };
      Object.entries(told).forEach(([key, value]) => parts[name].setAttribute(`aria-${key}`, value));
    }
    Object.assign(this.root.dataset, { kind, length, dim, position, feature, other, value: entry.value, like: this.like[position * length + other] }); // for tests
  }

  // The scale of the colors from the lowest to the highest value that there is.
  scale(which, found, limit) {
    const [low, high] = found.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
    const [left, right] = this.scales[which].querySelectorAll('span');
    const digits = limit >= 10 ? 0 : 2;
    left.textContent = number(low, digits);
    right.textContent = number(high, digits);
    const color = (value) => `rgb(${value < 0 ? this.colors.wrong : this.colors.run} / ${Math.abs(value) / (limit || 1)})`.replaceAll(',', ' ');
    const middle = low < 0 && high > 0 ? `, transparent ${(-100 * low) / (high - low)}%` : '';
    this.scales[which].querySelector('i').style.background = `linear-gradient(to right, ${color(low)}${middle}, ${color(high)})`;
  }
}

// A color variable of the page as three numbers.
function rgb(style, name) {
  const hex = style.getPropertyValue(name).trim().slice(1);
  return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

// The context of `canvas`, cleared, in units of CSS pixels, with sharp image pixels.
function canvasOf(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  context.scale(ratio, ratio);
  context.imageSmoothingEnabled = false;
  return context;
}
